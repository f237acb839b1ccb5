#pragma once
// Logits divided by a temperature.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>

namespace TL_NAMESPACE {

// softmax(logits / t), the Boltzmann machine's temperature (Ackley, Hinton, Sejnowski, 1985). The greatest logit is
// subtracted before the division and not after: the draw is the same, near ties keep their digits at a small
// temperature and nothing overflows. At t = 1 nothing is written; at t = 0 the likeliest token alone is left, the one
// of lowest index among equals.
inline void divide_logits(std::span<float> logits, float t) {
  if (t == 1) return;
  const float top = greatest_logit(logits);
  if (!std::isfinite(top)) return;
  if (t == 0) {
    const auto likeliest = static_cast<std::size_t>(std::ranges::find(logits, top) - logits.begin());
    for (std::size_t i = 0; i != logits.size(); ++i)
      if (i != likeliest) logits[i] = removed_logit;
    return;
  }
  for (float& logit : logits) logit = (logit - top) / t;
}

class Temperature {
 public:
  static constexpr StageKind kind = StageKind::temperature;

  // Throws Error unless the temperature is positive and finite. Temperature 0 is no division but another draw, Greedy.
  explicit Temperature(double temperature) : temperature_(temperature) {
    if (temperature == 0) throw Error("temperature 0 is greedy decoding: end the pipeline in Greedy instead");
    const auto rounded = static_cast<float>(temperature);
    if (!(rounded > 0 && std::isfinite(rounded)))
      throw Error("temperature is ", temperature, ": it must be positive and finite, or 0 for greedy decoding");
  }

  // The same for all logits [d_vocab].
  double temperature_of(std::span<const float>) const { return temperature_; }

  void operator()(std::span<float> logits, const StepContext&) const {
    divide_logits(logits, static_cast<float>(temperature_));
  }

 private:
  double temperature_;
};

}  // namespace TL_NAMESPACE
