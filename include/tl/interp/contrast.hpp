#pragma once
// Prompts with an answer and a foil: the tasks of circuit analyses, whose metric is the difference of two logits.
#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/model/gpt2.hpp>
#include <tl/text/tokenizer.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct ContrastText {
  std::string text;
  std::string answer, foil;  // as they would go on, their blank included: " Mary"
};

struct Contrast {
  std::vector<Token> tokens;
  Token answer, foil;
};

// The one token that a text is. Throws Error where it is several or none, saying which.
Token single_token(const Tokenizer& tokenizer, std::string_view text);

// The BOS in front, of a tokenizer that has one; special tokens are text. Throws Error where an answer or foil is not
// one token, or a prompt's two are the same.
Contrast tokenized(const ContrastText& prompt, const Tokenizer& tokenizer);
std::vector<Contrast> tokenized(std::span<const ContrastText> prompts, const Tokenizer& tokenizer);

// logit(answer) - logit(foil) after each prompt, under the policies, if any; several prompts share a forward.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
std::vector<float> logit_differences(const Gpt2<C, S, B>& model, std::span<const Contrast> prompts, RunOptions run = {},
                                     Policies&&... policies) {
  for (const Contrast& prompt : prompts)
    for (const Token token : {prompt.answer, prompt.foil})
      if (token < 0 || static_cast<std::size_t>(token) >= model.config().d_vocab)
        throw Error("token ", token, " is out of range: the vocabulary has ", model.config().d_vocab, " tokens");
  constexpr std::size_t some = 32;  // logits of so many prompts are in memory at once
  std::vector<float> differences;
  for (std::size_t first = 0; first < prompts.size(); first += some) {
    const auto here = prompts.subspan(first, std::min(some, prompts.size() - first));
    auto session = model.session(run, policies...);
    std::vector<Extension> extensions;
    for (const Contrast& prompt : here) {
      if (prompt.tokens.empty()) throw Error("a prompt without tokens has no next token");
      extensions.push_back({session.open(prompt.tokens.size()), prompt.tokens});
    }
    const auto logits = session.extend(extensions, Need::last_logits);
    for (std::size_t i = 0; i != here.size(); ++i)
      differences.push_back(logits(i, static_cast<std::size_t>(here[i].answer)) -
                            logits(i, static_cast<std::size_t>(here[i].foil)));
  }
  return differences;
}

// Their mean, the metric of Wang et al. 2022 ("Interpretability in the Wild"). Throws Error where there is no prompt.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
double mean_logit_difference(const Gpt2<C, S, B>& model, std::span<const Contrast> prompts, RunOptions run = {},
                             Policies&&... policies) {
  if (prompts.empty()) throw Error("a mean over no prompts: give at least one");
  double sum = 0;
  for (float difference : logit_differences(model, prompts, run, policies...)) sum += static_cast<double>(difference);
  return sum / static_cast<double>(prompts.size());
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/contrast-inl.hpp>
#endif
