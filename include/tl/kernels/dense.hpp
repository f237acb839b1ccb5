#pragma once
// Matrices in double for what is small or done once: factorisations, circuits of heads. The forward pass has none.
#include <cstddef>
#include <tl/kernels/packed_matrix.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels {

// Row-major.
struct DenseMatrix {
  std::size_t rows = 0, columns = 0;
  std::vector<double> values = std::vector<double>(rows * columns);

  double& operator()(std::size_t row, std::size_t column) { return values[row * columns + column]; }
  double operator()(std::size_t row, std::size_t column) const { return values[row * columns + column]; }
};

DenseMatrix transposed(const DenseMatrix& a);
// a b. Throws Error where the shapes do not fit.
DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b);
// The Frobenius norm of a b by Gram matrices, without the product: |a b|^2 = tr(a^T a b b^T).
double norm_of_product(const DenseMatrix& a, const DenseMatrix& b);
// The lower triangle L with L L^T = a, of a symmetric matrix without negative eigenvalues; 0 is one of them, or several.
DenseMatrix cholesky(const DenseMatrix& a);

// Columns [first, first + count) of packed weights.
template <StorageType S>
DenseMatrix dense(const PackedMatrix<S>& w, std::size_t first, std::size_t count) {
  DenseMatrix a{w.k, count};
  for (std::size_t i = 0; i != w.k; ++i)
    for (std::size_t j = 0; j != count; ++j) a(i, j) = static_cast<double>(w(i, first + j));
  return a;
}

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dense-inl.hpp>
#endif
