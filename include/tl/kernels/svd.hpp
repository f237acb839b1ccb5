#pragma once
// Singular values and eigenvalues, by LAPACK: a program that calls these is linked with -llapack.
#include <complex>
#include <tl/kernels/dense.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels {

// A [m, n] = U diag(s) V^T with r = min(m, n) singular values, largest first; a pair of vectors is known up to its sign.
struct Svd {
  DenseMatrix u;          // [m, r]
  std::vector<double> s;  // [r]
  DenseMatrix vt;         // [r, n]
};

// Each throws Error where a matrix is empty or holds a value that is not finite, or where LAPACK does not converge.
Svd svd(const DenseMatrix& a);
// Of A B, A [m, k], B [k, n], without computing the product: r = min(m, k, n).
Svd svd_of_product(const DenseMatrix& a, const DenseMatrix& b);
// Of a real square matrix, in LAPACK's order (pairs of conjugates stand together).
std::vector<std::complex<double>> eigenvalues(const DenseMatrix& a);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/svd-inl.hpp>
#endif
