#pragma once
// Sums in one fixed order: element i goes to accumulator (i / width) % 4, lane i % width; every 256 vectors the
// accumulators are emptied into their totals (long rows lose no digits); then a tree over accumulators and lanes.
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// whole(sum, i) adds the whole vector at i to sum; part(sum, i, count) the last count elements. Every lane of the
// result has the sum of all.
template <class Arch, class Whole, class Part>
simd::Vector<Arch> reduce(std::size_t n, Whole whole, Part part) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>, block = 256 * width;
  V total[4] = {V(0.f), V(0.f), V(0.f), V(0.f)};
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t end = n - first < block ? n : first + block;
    V sum[4] = {V(0.f), V(0.f), V(0.f), V(0.f)};
    std::size_t i = first;
    for (; i + 4 * width <= end; i += 4 * width) {
#pragma GCC unroll 4
      for (std::size_t a = 0; a != 4; ++a) sum[a] = whole(sum[a], i + a * width);
    }
#pragma GCC unroll 4
    for (std::size_t a = 0; a != 4; ++a) {
      if (i + width <= end) {
        sum[a] = whole(sum[a], i);
        i += width;
      } else if (i != end) {
        sum[a] = part(sum[a], i, end - i);
        i = end;
      }
    }
#pragma GCC unroll 4
    for (std::size_t t = 0; t != 4; ++t) total[t] = total[t] + sum[t];
  }
  return simd::sum_of_lanes((total[0] + total[1]) + (total[2] + total[3]));
}

}  // namespace TL_NAMESPACE::kernels::detail
