#pragma once
// Tokens replaced by what a model would rather say.
#include <algorithm>
#include <cstddef>
#include <tl/attack/attack.hpp>
#include <tl/decode/cumulative_weights.hpp>
#include <tl/decode/logits.hpp>
#include <tl/model/gpt2.hpp>

namespace TL_NAMESPACE {

// The text is cut into spans of so many tokens, and each, with probability `share`, is drawn anew from the model, which
// carries no watermark, at temperature 1 behind all that comes before it, redrawn spans included. Spans of 1 are
// substitution with the model's proposals, long ones a paraphrase as far as a language model by itself can give one. A
// redrawn token may be the one that was there. The first token of a text without a prompt stays. The model must
// outlive it.
template <class Model>
class Resampling {
 public:
  // Throws Error unless share is from 0 to 1 and a span has a token.
  Resampling(const Model& model, double share, std::size_t span, RunOptions options = {})
      : model_(&model), share_(detail::checked_share(share, "spans to draw anew")), span_(span), options_(options) {
    if (span == 0) throw Error("spans of no tokens cannot be drawn anew: give 1 or more");
  }

  // Throws Error where the context is shorter than the text.
  std::vector<Token> operator()(const AttackedText& text, RandomKey key) const {
    std::vector<Token> whole = text.whole();
    auto session = model_->session(options_);
    const std::size_t sequence = session.open(whole.size()), prompt = text.prompt.size();
    std::size_t done = 0;  // tokens that have run
    bool redraws = false;
    for (std::size_t i = prompt; i != whole.size(); ++i) {
      AttackNumbers numbers(key, i - prompt);
      const double chance = numbers.uniform();  // of the span, where this is its first token
      if ((i - prompt) % span_ == 0) redraws = chance < share_;
      if (!redraws || i == 0) continue;
      const auto logits = session.extend(sequence, std::span(whole).subspan(done, i - done), Need::last_logits);
      done = i;
      whole[i] = draw(logits(0).values(), numbers.uniform());
    }
    return {whole.begin() + static_cast<std::ptrdiff_t>(prompt), whole.end()};
  }

 private:
  static Token draw(std::span<const float> logits, double u) {
    const auto weight = [=, top = greatest_logit(logits)](std::size_t i) {
      return relative_probability(logits[i], top);
    };
    return static_cast<Token>(CumulativeWeights(logits.size(), weight).draw(u, weight));
  }

  const Model* model_;
  double share_;
  std::size_t span_;
  RunOptions options_;
};

}  // namespace TL_NAMESPACE
