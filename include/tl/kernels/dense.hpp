#pragma once
// Matrices in double for what is small or done once: factorisations, circuits of heads. The forward pass has none.
#include <cstddef>
#include <vector>
#include <tl/core/namespace.hpp>

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

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dense-inl.hpp>
#endif
