#pragma once
// Body of linear.hpp's rounding of rows, once an instruction set.
#include <cstring>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// The bits of the largest magnitude; those of infinity and NaN are above all others.
template <class Arch>
std::uint32_t largest_magnitude(const float* x, std::size_t n) {
  std::uint32_t largest = 0;
  for (std::size_t i = 0; i != n; ++i) {
    const std::uint32_t size = std::bit_cast<std::uint32_t>(x[i]) & 0x7fffffff;
    largest = size > largest ? size : largest;
  }
  return largest;
}

// (Flat: a function without the instruction set in its name must stay within.)
template <class Arch>
[[gnu::flatten]] void round_row(const float* x, std::size_t n, bf16* out) {
  for (std::size_t i = 0; i != n; ++i) out[i] = to_bf16(x[i]);
}

// Steps of `n` elements, n <= 64; returns their sum.
template <class Arch>
std::int32_t round_steps(const float* x, std::size_t n, simd::Vector<Arch> steps_a_unit, std::int8_t* out) {
  constexpr std::size_t width = simd::width<Arch>;
  float steps[64];
  std::size_t i = 0;
  for (; i + width <= n; i += width) simd::store(steps + i, simd::product(simd::load<Arch>(x + i), steps_a_unit));
  if (i != n) simd::store(steps + i, simd::product(simd::load<Arch>(x + i, n - i), steps_a_unit), n - i);
  std::int32_t sum = 0;
  for (i = 0; i != n; ++i) {
    const std::int32_t step = nearest_step(steps[i]);
    out[i] = static_cast<std::int8_t>(step);
    sum += step;
  }
  return sum;
}

// A row with an infinity or a NaN has no steps and the scale NaN: every output will be NaN.
template <class Arch>
void round_row(const float* x, std::size_t n, std::int8_t* out, float* scale, std::int32_t* sum) {
  const std::uint32_t largest = largest_magnitude<Arch>(x, n);
  const bool finite = largest < 0x7f800000;
  *scale = finite ? int8_step(std::bit_cast<float>(largest)) : simd::nan;
  *sum = 0;
  if (!finite || *scale == 0) {
    std::memset(out, 0, n);
    return;
  }
  const auto steps_a_unit = simd::set<Arch>(1 / *scale);
  std::size_t i = 0;
  for (; i + 64 <= n; i += 64) *sum += round_steps<Arch>(x + i, 64, steps_a_unit, out + i);
  *sum += round_steps<Arch>(x + i, n - i, steps_a_unit, out + i);
}

template <class Arch, StorageType S>
LinearInput<S> linear_input(const float* x, std::size_t x_stride, std::size_t rows, const PackedMatrix<S>& w,
                            float* scratch, int threads) {
  if constexpr (std::same_as<S, float>) return {x, x_stride, rows};
  else {
    const std::size_t depth = w.depth(), k = w.k, skip = w.skip;
    auto* rounded = reinterpret_cast<Rounded<S>*>(scratch);
    float* scale = scratch + rows * depth * sizeof(S) / sizeof(float);
    auto* sum = reinterpret_cast<std::int32_t*>(scale + rows);
    parallel_for(rows, useful_threads(rows * depth, 1 << 15, threads), [=](std::size_t row, int) {
      auto* out = rounded + row * depth;
      std::memset(static_cast<void*>(out), 0, skip * sizeof(S));
      if constexpr (std::same_as<S, bf16>) round_row<Arch>(x + row * x_stride, k, out + skip);
      else round_row<Arch>(x + row * x_stride, k, out + skip, scale + row, sum + row);
      std::memset(static_cast<void*>(out + skip + k), 0, (depth - skip - k) * sizeof(S));
    });
    return {rounded, depth, rows, scale, sum};
  }
}

}  // namespace TL_NAMESPACE::kernels::detail
