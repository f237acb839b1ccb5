#pragma once
// Products of a sparse matrix with a dense one: decoding of sparse features, and the gradients of an autoencoder. Rows
// are computed each by itself, in a fixed order: the same bits for any number of threads.
#include <cstddef>
#include <cstdint>
#include <tl/kernels/storage.hpp>

namespace TL_NAMESPACE::kernels {

// Where a sparse matrix has entries, row by row: those of row r are [starts[r], starts[r + 1]). A view.
struct SparseRows {
  const std::size_t* starts;     // [rows + 1]
  const std::uint32_t* columns;  // [entries]
  std::size_t rows;
};

// y[r] = start[r] + the sum over the entries e of row r, in their order, of values[e] w[columns[e]]. w [columns, n],
// float or bf16; y [rows, n]; start: rows `start_stride` floats apart (0: one row for all), or null for zeros; it may
// be y.
template <StorageType S>
void sparse_linear(const SparseRows& entries, const float* values, const S* w, std::size_t n, const float* start,
                   std::size_t start_stride, float* y, int threads);

// out[e] = <x[r], w[columns[e]]> for the entries e of each row r: those elements of x w^T. x [rows, n], w [columns, n].
void sampled_dots(const SparseRows& entries, const float* x, const float* w, std::size_t n, float* out, int threads);

// out[r] = <a[r], b[r]>, a and b [rows, n].
void row_dots(const float* a, const float* b, std::size_t rows, std::size_t n, float* out, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
