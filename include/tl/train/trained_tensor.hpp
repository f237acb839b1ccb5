#pragma once
// A tensor that is trained, and its gradient, as the optimiser sees them: numbers in a row.
#include <span>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

struct TrainedTensor {
  std::span<float> weights;
  std::span<const float> gradient;  // as many
};

}  // namespace TL_NAMESPACE
