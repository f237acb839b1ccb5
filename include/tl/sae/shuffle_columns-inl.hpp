#pragma once
#include <tl/kernels/parallel.hpp>
#include <tl/sae/shuffle_columns.hpp>
#include <utility>

namespace TL_NAMESPACE {

TL_INLINE void shuffle_columns(float* x, std::size_t rows, std::size_t d, RandomKey key, int threads) {
  // Fisher and Yates' shuffle of each.
  kernels::parallel_for(d, threads, [&](std::size_t column, int) {
    for (std::size_t i = rows; i > 1; --i) {
      const PhiloxCounter bits = random_bits(key, column, Purpose::noise, i);
      const std::uint64_t wide = std::uint64_t{bits[1]} << 32 | bits[0];
      std::swap(x[(i - 1) * d + column], x[wide % i * d + column]);
    }
  });
}

}  // namespace TL_NAMESPACE
