#pragma once
#include <tl/core/error.hpp>
#include <tl/kernels/dense.hpp>

namespace TL_NAMESPACE::kernels {

TL_INLINE DenseMatrix transposed(const DenseMatrix& a) {
  DenseMatrix t{a.columns, a.rows};
  for (std::size_t i = 0; i != a.rows; ++i)
    for (std::size_t j = 0; j != a.columns; ++j) t(j, i) = a(i, j);
  return t;
}

TL_INLINE DenseMatrix product(const DenseMatrix& a, const DenseMatrix& b) {
  if (a.columns != b.rows)
    throw Error("a matrix of ", a.columns, " columns cannot be multiplied by one of ", b.rows, " rows");
  DenseMatrix c{a.rows, b.columns};
  for (std::size_t i = 0; i != a.rows; ++i) {
    double* const row = c.values.data() + i * c.columns;
    for (std::size_t k = 0; k != a.columns; ++k) {
      const double factor = a(i, k);
      const double* const from = b.values.data() + k * b.columns;
      for (std::size_t j = 0; j != c.columns; ++j) row[j] += factor * from[j];
    }
  }
  return c;
}

}  // namespace TL_NAMESPACE::kernels
