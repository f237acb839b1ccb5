#pragma once
// Sums in one fixed order: element i goes to accumulator (i / width) % 4, lane i % width; every 256 vectors the
// accumulators are emptied into their totals (long rows lose no digits); then a tree over accumulators and lanes.
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// f(sum, i) adds the whole vector at i to sum; tail(sum, i, count) the last count elements.
template <class Arch, class Whole, class Part>
float reduce(std::size_t n, Whole whole, Part part) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>, block = 256 * width;
  V total[4] = {V(0.f), V(0.f), V(0.f), V(0.f)};
  for (std::size_t first = 0; first < n; first += block) {
    const std::size_t end = n - first < block ? n : first + block;
    V sum[4] = {V(0.f), V(0.f), V(0.f), V(0.f)};
    std::size_t i = first;
    for (; i + 4 * width <= end; i += 4 * width)
      for (std::size_t a = 0; a != 4; ++a) sum[a] = whole(sum[a], i + a * width);
    std::size_t a = 0;
    for (; i + width <= end; i += width, ++a) sum[a] = whole(sum[a], i);
    if (i != end) sum[a] = part(sum[a], i, end - i);
    for (std::size_t t = 0; t != 4; ++t) total[t] = total[t] + sum[t];
  }
  return simd::sum_of_lanes((total[0] + total[1]) + (total[2] + total[3]));
}

}  // namespace TL_NAMESPACE::kernels::detail
