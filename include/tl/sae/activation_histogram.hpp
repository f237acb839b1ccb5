#pragma once
// How often a feature has which activation, over any number of positions, in a fixed number of bins.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Bins of one width from 0. The width is the least power of two for which the greatest activation has a bin: where one
// comes that has none, bins become one in pairs. So counts are those of all activations binned at once, in any order,
// and the greatest lies in the upper half.
class ActivationHistogram {
 public:
  static constexpr std::size_t bins = 48;

  // Activations above 0; others are left out.
  void add(float activation) {
    if (!(activation > 0) || !std::isfinite(activation)) return;
    const double value = static_cast<double>(activation);
    if (counts_.empty()) {
      counts_.resize(bins);
      width_ = std::exp2(std::floor(std::log2(value / static_cast<double>(bins))));
    }
    while (value >= width_ * static_cast<double>(bins)) {
      for (std::size_t i = 0; i != bins; ++i) counts_[i] = i < bins / 2 ? counts_[2 * i] + counts_[2 * i + 1] : 0;
      width_ *= 2;
    }
    ++counts_[static_cast<std::size_t>(value / width_)];
  }

  // Of the bins up to the greatest activation's, and their edges, one more; both empty where there was none.
  std::vector<double> counts() const { return {counts_.begin(), counts_.begin() + used()}; }
  std::vector<double> edges() const {
    std::vector<double> edges;
    for (std::ptrdiff_t i = 0; !counts_.empty() && i <= used(); ++i) edges.push_back(static_cast<double>(i) * width_);
    return edges;
  }

 private:
  std::ptrdiff_t used() const {
    return std::find_if(counts_.rbegin(), counts_.rend(), [](std::uint32_t count) { return count != 0; }).base() -
           counts_.begin();
  }
  double width_ = 0;
  std::vector<std::uint32_t> counts_;
};

}  // namespace TL_NAMESPACE
