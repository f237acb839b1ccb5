#pragma once
// How a learning rate, or the coefficient of a penalty, changes over the steps of a training.
#include <cmath>
#include <cstddef>
#include <numbers>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// Linear warm-up, then constant or along half a cosine from `peak` to `end`, then linear to 0 over the last
// decay_steps.
struct LearningRate {
  enum class Shape { constant, cosine };

  double peak = 3e-4;
  Shape shape = Shape::constant;
  std::size_t warm_up_steps = 0, decay_steps = 0;
  double end = 0;  // of the cosine

  friend bool operator==(const LearningRate&, const LearningRate&) = default;

  // Of step `step` of `steps`, from 0. Step s of the warm-up has (s + 1) / warm_up_steps of the peak.
  double at(std::size_t step, std::size_t steps) const {
    if (warm_up_steps + decay_steps > steps)
      throw Error("a learning rate with ", warm_up_steps, " steps of warm-up and ", decay_steps,
                  " of decay does not fit into ", steps, " steps");
    if (step < warm_up_steps) return peak * static_cast<double>(step + 1) / static_cast<double>(warm_up_steps);
    const std::size_t decay_begin = steps - decay_steps;
    const double plateau = shape == Shape::constant ? peak : end;
    if (step >= decay_begin && decay_steps != 0)
      return plateau * (1 - static_cast<double>(step - decay_begin) / static_cast<double>(decay_steps));
    if (shape == Shape::constant) return peak;
    const double part = static_cast<double>(step - warm_up_steps) / static_cast<double>(decay_begin - warm_up_steps);
    return end + (peak - end) * (1 + std::cos(std::numbers::pi * part)) / 2;
  }
};

// A coefficient that grows linearly from 0 to `value` over its first steps.
constexpr double warmed_up(double value, std::size_t warm_up_steps, std::size_t step) {
  return step >= warm_up_steps ? value : value * static_cast<double>(step) / static_cast<double>(warm_up_steps);
}

}  // namespace TL_NAMESPACE
