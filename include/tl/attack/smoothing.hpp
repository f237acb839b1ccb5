#pragma once
// A watermark that is left out where the model is unsure, which is where it is strongest.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// The logits of another model behind a text: writes [d_vocab].
template <class R>
concept ReferenceLogits = requires(const R& reference, std::span<const Token> history, std::span<float> logits) {
  reference(history, logits);
};

// |softmax(logits)|_2, from 1 / sqrt(d_vocab) where all tokens are equally likely to 1 where one is certain.
inline double confidence(std::span<const float> logits) {
  const float top = greatest_logit(logits);
  double sum = 0, squares = 0;
  for (const float logit : logits) {
    const double weight = relative_probability(logit, top);
    sum += weight;
    squares += weight * weight;
  }
  return sum > 0 ? std::sqrt(squares) / sum : 0;
}

// A stage around the stage that writes a watermark: P' = (1 - m) P_marked + m P_reference with m = [|P_marked|_2 <
// threshold]. The attacker sees the marked distribution only, and has a weaker model without a watermark. (After Chang
// et al., "Watermark smoothing attacks against language models", 2024; a mixture of weight 0 or 1.)
template <LogitStage Marked, ReferenceLogits Reference>
class ConfidenceSmoothing {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error unless the threshold is from 0, which changes nothing, to 1.
  ConfidenceSmoothing(Marked marked, Reference reference, double threshold)
      : marked_(std::move(marked)), reference_(std::move(reference)), threshold_(threshold) {
    if (!(threshold >= 0 && threshold <= 1))
      throw Error("the confidence below which a reference is drawn from is ", threshold, ": it must be from 0 to 1");
  }

  void operator()(std::span<float> logits, const StepContext& context) const {
    marked_(logits, context);
    if (confidence(logits) < threshold_) reference_(context.history, logits);
  }

 private:
  Marked marked_;
  Reference reference_;
  double threshold_;
};

}  // namespace TL_NAMESPACE
