#pragma once
// Greater-than (Hanna et al. 2023, "How does GPT-2 compute greater-than?"): "The war went on from the year 1732 to the
// year 17" goes on with two digits above 32. It needs a tokenizer that makes [XX][YY] of such years. Sentences and
// nouns are our own.
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <tl/core/philox.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/text/tokenizer.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct GreaterThanPrompt {
  std::string text;
  std::vector<Token> tokens;  // the BOS in front, of a tokenizer that has one
  int year;                   // YY, 2 to 98
};

struct GreaterThanOptions {
  std::size_t count = 8;
  int first_century = 11, last_century = 17;  // XX
  RandomKey random{};
};

// The prompts, and the token of each two digits.
class GreaterThan {
 public:
  // Throws Error where the tokenizer does not have the years as [XX][YY]: where digits "00" to "99" are not single
  // tokens, or for no year of a century " XXYY" is two tokens of which the second is that of YY.
  GreaterThan(const Tokenizer& tokenizer, const GreaterThanOptions& options = {});

  const std::vector<GreaterThanPrompt>& prompts() const { return prompts_; }
  // Of "00" to "99".
  const std::array<Token, 100>& digits() const { return digits_; }

 private:
  std::array<Token, 100> digits_;
  std::vector<GreaterThanPrompt> prompts_;
};

namespace detail {
// Of one row of logits: the probabilities of the years above `year` less those of the others.
double year_probability_difference(std::span<const float> logits, const std::array<Token, 100>& digits, int year);
}  // namespace detail

// The metric, mean over the prompts: p(years above YY) - p(years up to YY), of the model's probabilities after the
// prompt. Between -1 and 1.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
double mean_probability_difference(const Gpt2<C, S, B>& model, const GreaterThan& task, RunOptions run = {},
                                   Policies&&... policies) {
  for (const Token token : task.digits())
    if (static_cast<std::size_t>(token) >= model.config().d_vocab)
      throw Error("token ", token, " is out of range: the vocabulary has ", model.config().d_vocab, " tokens");
  if (task.prompts().empty()) throw Error("a mean over no prompts: give at least one");
  double sum = 0;
  for (const GreaterThanPrompt& prompt : task.prompts()) {
    auto session = model.session(run, policies...);
    const auto logits = session.extend(session.open(prompt.tokens.size()), prompt.tokens, Need::last_logits);
    sum += detail::year_probability_difference(logits(0).values(), task.digits(), prompt.year);
  }
  return sum / static_cast<double>(task.prompts().size());
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/greater_than-inl.hpp>
#endif
