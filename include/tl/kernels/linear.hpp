#pragma once
// y = x W + b for any number of rows. Every output is one chain of multiply-adds over k in order, starting at the bias
// (int8: one exact sum of integers, then the bias), whatever the number of rows, the columns asked for and the threads:
// a row's bits do not depend on its neighbours.
#include <limits>
#include <tl/kernels/packed_matrix.hpp>
#include <type_traits>

namespace TL_NAMESPACE::kernels {

// What rows of x are multiplied as.
template <StorageType S>
using Rounded = std::conditional_t<std::same_as<S, int8>, std::int8_t, S>;

// The rows that a layer of storage S reads, each rounded by itself: float as it is; bf16 to nearest; int8 to steps of
// the row's largest magnitude / 127.
template <StorageType S>
struct LinearInput {
  const Rounded<S>* x;  // [rows, depth of the matrix], `stride` apart
  std::size_t stride, rows;
  const float* scale = nullptr;       // int8: [rows], what one step of a row is
  const std::int32_t* sum = nullptr;  // int8: [rows], of a row's steps
};

// Floats that the rounded rows of an input for a matrix of `depth` take.
template <StorageType S>
constexpr std::size_t linear_scratch(std::size_t rows, std::size_t depth) {
  if constexpr (std::same_as<S, float>) return 0;
  else return rows * (depth * sizeof(S) / sizeof(float) + 2);
}
// x [rows, w.k], rows `x_stride` floats apart, rounded into scratch (64-byte aligned), which the result refers to. It
// serves every matrix with the same k and skip.
template <StorageType S>
LinearInput<S> linear_input(const float* x, std::size_t x_stride, std::size_t rows, const PackedMatrix<S>& w,
                            float* scratch, int threads);

// What happens to y once it is complete, with the bits of elementwise.hpp's functions.
enum class Epilogue { none, gelu_tanh, gelu_exact, relu, add };

// Where the product goes: column c of row r to y[r * stride + c], or, in parts (q, k and v of one matrix), to
// y[c / part * part_stride + r * stride + c % part].
struct LinearOutput {
  float* y;
  std::size_t stride;
  Epilogue epilogue = Epilogue::none;
  float* sum = nullptr;  // Epilogue::add: y is added to it, at the same places
  std::size_t part = std::numeric_limits<std::size_t>::max(), part_stride = 0;
};

// Columns [first, last) of a product.
struct Columns {
  std::size_t first = 0, last = std::numeric_limits<std::size_t>::max();
};

// bias [w.n] or null for zeros. Computes the given columns and touches no other.
template <StorageType S>
void linear(const LinearInput<S>& x, const PackedMatrix<S>& w, const float* bias, const LinearOutput& out,
            Columns columns, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
