#pragma once
// Softmax of rows of scores, in place: element i of a row goes to lane i % width of one chain of additions. So several
// rows can be taken at once, which keeps the units busy, and a row alone has the same bits.
#include <limits>
#include <tl/kernels/math-inl.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// Zeros where all of a row are -inf; all NaN where one is.
template <class Arch, int Rows>
void attention_softmax_rows(float* const* x, const std::size_t* length) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  const V none(-simd::infinity);
  std::size_t shortest = length[0], longest = length[0];
  for (int r = 1; r != Rows; ++r) {
    shortest = length[r] < shortest ? length[r] : shortest;
    longest = length[r] > longest ? length[r] : longest;
  }
  const std::size_t common = shortest - shortest % width;
  // whole(r, i) for every row and vector that all rows have, part(r, i, count) for the others.
  const auto each = [&](const auto& whole, const auto& part) {
    for (std::size_t i = 0; i != common; i += width)
#pragma GCC unroll 16
      for (int r = 0; r != Rows; ++r) whole(r, i);
    for (std::size_t i = common; i < longest; i += width)
#pragma GCC unroll 16
      for (int r = 0; r != Rows; ++r)
        if (i < length[r]) part(r, i, length[r] - i < width ? length[r] - i : width);
  };
  V most[Rows], sum[Rows];
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r) most[r] = V(-std::numeric_limits<float>::max()), sum[r] = V(0.f);
  each([&](int r, std::size_t i) { most[r] = simd::maximum(most[r], simd::load<Arch>(x[r] + i)); },
       [&](int r, std::size_t i, std::size_t count) {
         most[r] = simd::maximum(most[r], simd::load(x[r] + i, count, none));
       });
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r) most[r] = simd::largest_lane(most[r]);
  each(
      [&](int r, std::size_t i) {
        const V e = simd::exp(simd::load<Arch>(x[r] + i) - most[r]);
        simd::store(x[r] + i, e);
        sum[r] = sum[r] + e;
      },
      [&](int r, std::size_t i, std::size_t count) {
        const V e = simd::exp(simd::load(x[r] + i, count, none) - most[r]);  // 0 beyond the row
        simd::store(x[r] + i, e, count);
        sum[r] = sum[r] + e;
      });
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r)
    sum[r] = V(1.f) / simd::maximum(V(std::numeric_limits<float>::min()), simd::sum_of_lanes(sum[r]));
  each([&](int r, std::size_t i) { simd::store(x[r] + i, simd::product(simd::load<Arch>(x[r] + i), sum[r])); },
       [&](int r, std::size_t i, std::size_t count) {
         simd::store(x[r] + i, simd::product(simd::load<Arch>(x[r] + i, count), sum[r]), count);
       });
}

}  // namespace TL_NAMESPACE::kernels::detail
