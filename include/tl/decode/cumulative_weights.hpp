#pragma once
// A draw in proportion to weights: the inverse of their cumulative sums, in index order.
#include <algorithm>
#include <array>
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// Sums of blocks of weights, so that a draw walks one block only, and a weight that changes costs one. The weights
// themselves, weight(i) >= 0 of i in [0, n), stay with the caller, who gives the same function to each call. Sums are
// double, in index order.
class CumulativeWeights {
 public:
  CumulativeWeights() = default;
  template <class Weight>
  CumulativeWeights(std::size_t n, const Weight& weight) : n_(n), width_((n + most_blocks - 1) / most_blocks) {
    for (std::size_t b = 0; b * width_ < n; ++b) total_ += sums_[b] = sum_of_block(b, weight);
  }

  double total() const { return total_; }

  // weight(i) is another than before. Nothing is subtracted: what is left keeps its digits however small it is.
  template <class Weight>
  void changed(std::size_t i, const Weight& weight) {
    sums_[i / width_] = sum_of_block(i / width_, weight);
    total_ = 0;
    for (std::size_t b = 0; b * width_ < n_; ++b) total_ += sums_[b];
  }

  // The index whose part of the cumulative sum holds u total(), for u in [0, 1): never one of weight 0. There must be
  // one of another weight.
  template <class Weight>
  std::size_t draw(double u, const Weight& weight) const {
    const double target = u * total_;
    std::size_t b = 0;
    double below = 0;  // all blocks before b
    while (below + sums_[b] <= target) below += sums_[b++];
    std::size_t drawn = first_of(b);
    for (std::size_t i = drawn; i != first_of(b + 1); ++i)
      if (const double w = weight(i); w > 0) {
        drawn = i;  // also where rounding leaves the last sum short of the target
        below += w;
        if (below > target) break;
      }
    return drawn;
  }

 private:
  static constexpr std::size_t most_blocks = 256;

  std::size_t first_of(std::size_t b) const { return std::min(b * width_, n_); }
  template <class Weight>
  double sum_of_block(std::size_t b, const Weight& weight) const {
    double sum = 0;
    for (std::size_t i = first_of(b); i != first_of(b + 1); ++i) sum += weight(i);
    return sum;
  }

  std::size_t n_ = 0, width_ = 0;
  std::array<double, most_blocks> sums_{};
  double total_ = 0;
};

}  // namespace TL_NAMESPACE
