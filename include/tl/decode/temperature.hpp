#pragma once
// Logits divided by a fixed temperature.
#include <cmath>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>

namespace TL_NAMESPACE {

// softmax(logits / t), the Boltzmann machine's temperature (Ackley, Hinton, Sejnowski, 1985). The greatest logit is
// subtracted before the division and not after: the draw is the same, near ties keep their digits at a small
// temperature and nothing overflows. At t = 1 nothing is written.
class Temperature {
 public:
  static constexpr StageKind kind = StageKind::temperature;

  // Throws Error unless the temperature is positive and finite. Temperature 0 is no division but another draw, Greedy.
  explicit Temperature(double temperature) : temperature_(static_cast<float>(temperature)) {
    if (temperature == 0) throw Error("temperature 0 is greedy decoding: end the pipeline in Greedy instead");
    if (!(temperature_ > 0 && std::isfinite(temperature_)))
      throw Error("temperature is ", temperature, ": it must be positive and finite, or 0 for greedy decoding");
  }

  void operator()(std::span<float> logits, const StepContext&) const {
    if (temperature_ == 1) return;
    const float top = greatest_logit(logits);
    if (!std::isfinite(top)) return;
    for (float& logit : logits) logit = (logit - top) / temperature_;
  }

 private:
  float temperature_;
};

}  // namespace TL_NAMESPACE
