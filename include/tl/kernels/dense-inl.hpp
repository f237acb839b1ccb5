#pragma once
#include <algorithm>
#include <cmath>
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

TL_INLINE double norm_of_product(const DenseMatrix& a, const DenseMatrix& b) {
  if (a.columns != b.rows)
    throw Error("a matrix of ", a.columns, " columns cannot be multiplied by one of ", b.rows, " rows");
  const DenseMatrix left = product(transposed(a), a), right = product(b, transposed(b));
  double square = 0;
  for (std::size_t i = 0; i != left.values.size(); ++i) square += left.values[i] * right.values[i];
  return std::sqrt(std::max(0.0, square));
}

TL_INLINE DenseMatrix cholesky(const DenseMatrix& a) {
  if (a.rows != a.columns) throw Error("a matrix of ", a.rows, " by ", a.columns, " is not symmetric");
  const std::size_t n = a.rows;
  DenseMatrix l{n, n};
  double largest = 0;
  for (std::size_t i = 0; i != n; ++i) largest = std::max(largest, a(i, i));
  for (std::size_t j = 0; j != n; ++j) {
    double pivot = a(j, j);
    for (std::size_t k = 0; k != j; ++k) pivot -= l(j, k) * l(j, k);
    if (!(pivot > largest * 1e-15)) continue;  // the column depends on those before it: what is left is rounding
    l(j, j) = std::sqrt(pivot);
    for (std::size_t i = j + 1; i != n; ++i) {
      double sum = a(i, j);
      for (std::size_t k = 0; k != j; ++k) sum -= l(i, k) * l(j, k);
      l(i, j) = sum / l(j, j);
    }
  }
  return l;
}

}  // namespace TL_NAMESPACE::kernels
