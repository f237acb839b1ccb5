#pragma once
// Bodies of softmax.hpp, once an instruction set: the largest value, then exp(x - largest) and its sum in the fixed
// order of reduce-inl.hpp, then the product with 1 / sum.
#include <limits>
#include <tl/kernels/map-inl.hpp>
#include <tl/kernels/math-inl.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/reduce-inl.hpp>
#include <tl/kernels/softmax.hpp>

namespace TL_NAMESPACE::kernels {

namespace detail {

inline constexpr std::size_t softmax_grain = 1 << 13;

// The largest of n values, in every lane; NaN values may be passed over.
template <class Arch>
simd::Vector<Arch> largest(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  V most(-simd::infinity), other = most;
  std::size_t i = 0;
  for (; i + 2 * width <= n; i += 2 * width) {
    most = simd::maximum(most, simd::load<Arch>(x + i));
    other = simd::maximum(other, simd::load<Arch>(x + i + width));
  }
  if (i + width <= n) {
    most = simd::maximum(most, simd::load<Arch>(x + i));
    i += width;
  }
  if (i != n) other = simd::maximum(other, simd::load(x + i, n - i, V(-simd::infinity)));
  return simd::largest_lane(simd::maximum(most, other));
}

// The same, infinities replaced by the finite values next to them: x - largest then is a number, or -inf.
template <class Arch>
simd::Vector<Arch> largest_finite(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  constexpr float most = std::numeric_limits<float>::max();
  return simd::maximum(V(-most), simd::minimum(V(most), largest<Arch>(x, n)));
}

// The sum of exp(x - shift) in every lane; whole(i, e) and part(i, e, count) see each vector e on the way.
template <class Arch, class Whole, class Part>
simd::Vector<Arch> sum_of_exp(const float* x, std::size_t n, simd::Vector<Arch> shift, Whole whole, Part part) {
  using V = simd::Vector<Arch>;
  return reduce<Arch>(
      n,
      [&](V sum, std::size_t i) {
        const V e = simd::exp(simd::load<Arch>(x + i) - shift);
        whole(i, e);
        return sum + e;
      },
      [&](V sum, std::size_t i, std::size_t count) {
        const V e = simd::exp(simd::load(x + i, count, V(-simd::infinity)) - shift);  // 0 beyond the row
        part(i, e, count);
        return sum + e;
      });
}

// Zeros where all are -inf; all NaN where one is, or is infinite.
template <class Arch>
void softmax_row(const float* x, std::size_t n, float* y) {
  using V = simd::Vector<Arch>;
  const V most = simd::maximum(V(-std::numeric_limits<float>::max()), largest<Arch>(x, n));
  const V sum = sum_of_exp<Arch>(
      x, n, most, [y](std::size_t i, V e) { simd::store(y + i, e); },
      [y](std::size_t i, V e, std::size_t count) { simd::store(y + i, e, count); });
  const V factor = V(1.f) / simd::maximum(V(std::numeric_limits<float>::min()), sum);  // 0 where there is nothing
  map<Arch>(
      n, y, [factor](V e) { return simd::product(e, factor); }, static_cast<const float*>(y));
}

// sum + the sum in order of blocks[b].sum exp(blocks[b].max - max). (Products of floats are exact in double.)
template <class Arch>
double add_blocks(double sum, const BlockSum* blocks, std::size_t count, float max) {
  constexpr std::size_t width = simd::width<Arch>;
  for (std::size_t b = 0; b < count; b += width) {
    const std::size_t here = count - b < width ? count - b : width;
    float factor[width] = {};
    for (std::size_t i = 0; i != here; ++i) factor[i] = blocks[b + i].max - max;
    simd::store(factor, simd::exp(simd::load<Arch>(factor)));
    for (std::size_t i = 0; i != here; ++i) sum += double{blocks[b + i].sum} * double{factor[i]};
  }
  return sum;
}

}  // namespace detail

// At most block_columns values.
template <class Arch>
BlockSum block_sum(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  const V max = detail::largest_finite<Arch>(x, n);
  const auto ignore = [](std::size_t, V, auto...) {};
  return {simd::first_lane(max), simd::first_lane(detail::sum_of_exp<Arch>(x, n, max, ignore, ignore))};
}

// log_sum_exp of a row from its blocks.
template <class Arch>
float combine(const BlockSum* blocks, std::size_t count) {
  float max = -std::numeric_limits<float>::max();
  for (std::size_t b = 0; b != count; ++b) max = blocks[b].max > max ? blocks[b].max : max;
  return static_cast<float>(max + std::log(detail::add_blocks<Arch>(0, blocks, count, max)));
}

namespace detail {
template <class Arch>
float log_sum_exp_row(const float* x, std::size_t n) {
  BlockSum blocks[64];
  const std::size_t most = sizeof(blocks) / sizeof(*blocks);
  const auto fill = [&](std::size_t first) {  // as many blocks as there is room for; returns their number
    std::size_t count = 0;
    for (; count != most && first < n; first += block_columns, ++count)
      blocks[count] = block_sum<Arch>(x + first, n - first < block_columns ? n - first : block_columns);
    return count;
  };
  if (n <= most * block_columns) return combine<Arch>(blocks, fill(0));
  const float max = simd::first_lane(largest_finite<Arch>(x, n));  // too many to keep: the largest value first
  double sum = 0;
  for (std::size_t first = 0; first < n; first += most * block_columns)
    sum = add_blocks<Arch>(sum, blocks, fill(first), max);
  return static_cast<float>(max + std::log(sum));
}
}  // namespace detail

template <class Arch>
void log_sum_exp(const float* x, std::size_t rows, std::size_t n, float* out, int threads) {
  parallel_for(rows, useful_threads(rows * n, detail::softmax_grain, threads),
               [=](std::size_t r, int) { out[r] = detail::log_sum_exp_row<Arch>(x + r * n, n); });
}

template <class Arch>
void softmax(const float* x, std::size_t rows, std::size_t n, float* y, int threads) {
  parallel_for(rows, useful_threads(rows * n, detail::softmax_grain, threads),
               [=](std::size_t r, int) { detail::softmax_row<Arch>(x + r * n, n, y + r * n); });
}

}  // namespace TL_NAMESPACE::kernels
