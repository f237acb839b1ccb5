#pragma once
// Log-probabilities of logits, in one fixed order of summation a row.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// A block of columns of a row, the first block_columns of it or fewer at its end: the largest value (the largest or
// lowest finite float where that is infinite) and the sum of exp(x - max). log_sum_exp combines a row's blocks in order
// as max + log(sum over blocks of sum_b exp(max_b - max)), so logits that are never all in memory give the same bits
// (block_sum and combine, softmax-inl.hpp).
inline constexpr std::size_t block_columns = 1024;
struct BlockSum {
  float max, sum;
};

// log(sum(exp(x))) of each row: x [rows, n] -> out [rows]; -inf where all are -inf, NaN where one is NaN.
void log_sum_exp(const float* x, std::size_t rows, std::size_t n, float* out, int threads);
// softmax of each row, x [rows, n] -> y [rows, n]; y may be x.
void softmax(const float* x, std::size_t rows, std::size_t n, float* y, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
