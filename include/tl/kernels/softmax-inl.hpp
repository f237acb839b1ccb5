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

// The largest of n values; NaN values may be passed over.
template <class Arch>
float largest(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  V most(-simd::infinity);
  std::size_t i = 0;
  for (; i + width <= n; i += width) most = simd::maximum(most, simd::load<Arch>(x + i));
  float result = simd::largest_lane(most);
  for (; i != n; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

template <class Arch>
bool has_nan(const float* x, std::size_t n) {
  bool found = false;
  for (std::size_t i = 0; i != n; ++i) found |= x[i] != x[i];
  return found;
}

// use(i, e) and use(i, e, count) see each vector e of exp(x - shift); returns the sum.
template <class Arch, class Whole, class Part>
float sum_of_exp(const float* x, std::size_t n, float shift, Whole use, Part use_part) {
  using V = simd::Vector<Arch>;
  const V offset(shift);
  const auto whole = [&](V sum, std::size_t i) {
    const V e = simd::exp(simd::load<Arch>(x + i) - offset);
    use(i, e);
    return sum + e;
  };
  const auto part = [&](V sum, std::size_t i, std::size_t count) {
    alignas(64) float lanes[simd::width<Arch>] = {};
    simd::store(lanes, simd::exp(simd::load<Arch>(x + i, count) - offset), count);
    const V e = simd::load<Arch>(lanes);
    use_part(i, e, count);
    return sum + e;
  };
  return reduce<Arch>(n, whole, part);
}

// Zeros where all are -inf; all NaN where one is.
template <class Arch>
void softmax_row(const float* x, std::size_t n, float* y) {
  using V = simd::Vector<Arch>;
  const float most = largest<Arch>(x, n);
  if (most == -simd::infinity) {
    const float value = has_nan<Arch>(x, n) ? simd::nan : 0.f;
    for (std::size_t i = 0; i != n; ++i) y[i] = value;
    return;
  }
  const float sum = sum_of_exp<Arch>(
      x, n, most, [y](std::size_t i, V e) { simd::store(y + i, e); },
      [y](std::size_t i, V e, std::size_t count) { simd::store(y + i, e, count); });
  const V divisor(sum);
  map<Arch>(
      n, y, [divisor](V e) { return e / divisor; }, static_cast<const float*>(y));
}

template <class Arch>
float log_sum_exp_row(const float* x, std::size_t n) {
  using V = simd::Vector<Arch>;
  const float most = largest<Arch>(x, n);
  if (most - most != 0.f) return has_nan<Arch>(x, n) ? simd::nan : most;  // infinite
  const auto ignore = [](std::size_t, V, auto...) {};
  return static_cast<float>(most + std::log(static_cast<double>(sum_of_exp<Arch>(x, n, most, ignore, ignore))));
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
