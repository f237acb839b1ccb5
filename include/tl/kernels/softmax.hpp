#pragma once
// Log-probabilities of logits, in one fixed order of summation a row.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// log(sum(exp(x))) of each row: x [rows, n] -> out [rows].
void log_sum_exp(const float* x, std::size_t rows, std::size_t n, float* out, int threads);
// softmax of each row, x [rows, n] -> y [rows, n]; y may be x.
void softmax(const float* x, std::size_t rows, std::size_t n, float* y, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
