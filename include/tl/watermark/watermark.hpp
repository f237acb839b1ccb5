#pragma once
// The stage that writes a watermark.
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/entropy.hpp>
#include <tl/decode/stage.hpp>
#include <tl/watermark/scheme.hpp>
#include <utility>

namespace TL_NAMESPACE {

// Adds delta to the logits of the green tokens. The first of the stages, so that what it sees is the model's own
// distribution: an EntropyGate goes by it. `Pipeline pick{Watermark{scheme, 2.0}, Temperature{0.8}, Multinomial{}};` or
// `SamplingOptions{.first_stage = Watermark{scheme, 2.0}}`. At delta 0 nothing is written. Under a greedy draw, or at a
// low temperature, only tokens within delta of the likeliest can win by it.
template <AnyWatermarkScheme Scheme>
class Watermark {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // delta in nats. Throws Error unless it is 0 or more, and finite.
  Watermark(Scheme scheme, double delta) : scheme_(std::move(scheme)), delta_(static_cast<float>(delta)) {
    if (!(delta_ >= 0 && std::isfinite(delta_)))
      throw Error("delta is ", delta, ": the bias of green tokens must be 0 (off) or more, and finite");
  }

  const Scheme& scheme() const { return scheme_; }

  void operator()(std::span<float> logits, const StepContext& context) const {
    const std::size_t width = scheme_.width();
    if (delta_ == 0 || context.history.size() < width) return;
    if (const auto gate = scheme_.entropy_gate(); gate && !gate->open(entropy(logits).nats)) return;
    const ContextSeed after = scheme_.after(context.history.last(width));
    for (std::size_t token = 0; token != logits.size(); ++token)
      if (scheme_.green(after, static_cast<Token>(token))) logits[token] += delta_;
  }

 private:
  Scheme scheme_;
  float delta_;
};

}  // namespace TL_NAMESPACE
