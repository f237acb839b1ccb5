#pragma once
// Bodies of softmax.hpp, once an instruction set: the largest value, then exp(x - largest) and its sum in the fixed
// order of reduce-inl.hpp, then the quotient. Attention's softmax is softmax_row too.
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

template <class Arch>
bool has_nan(const float* x, std::size_t n) {
  bool found = false;
  for (std::size_t i = 0; i != n; ++i) found |= x[i] != x[i];
  return found;
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

// Zeros where all are -inf; all NaN where one is.
template <class Arch>
void softmax_row(const float* x, std::size_t n, float* y) {
  using V = simd::Vector<Arch>;
  const V most = largest<Arch>(x, n);
  if (simd::first_lane(most) == -simd::infinity) {
    const float value = has_nan<Arch>(x, n) ? simd::nan : 0.f;
    for (std::size_t i = 0; i != n; ++i) y[i] = value;
    return;
  }
  const V sum = sum_of_exp<Arch>(
      x, n, most, [y](std::size_t i, V e) { simd::store(y + i, e); },
      [y](std::size_t i, V e, std::size_t count) { simd::store(y + i, e, count); });
  const V factor = V(1.f) / sum;
  map<Arch>(
      n, y, [factor](V e) { return simd::product(e, factor); }, static_cast<const float*>(y));
}

template <class Arch>
float log_sum_exp_row(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  const V shift = largest<Arch>(x, n);
  const float most = simd::first_lane(shift);
  if (most - most != 0.f) return has_nan<Arch>(x, n) ? simd::nan : most;  // infinite
  const auto ignore = [](std::size_t, V, auto...) {};
  return static_cast<float>(
      most + std::log(static_cast<double>(simd::first_lane(sum_of_exp<Arch>(x, n, shift, ignore, ignore)))));
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
