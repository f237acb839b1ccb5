#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <tl/core/error.hpp>
#include <tl/kernels/svd.hpp>

// Fortran: columns of a matrix lie one after another, arguments are pointers, the lengths of strings come last.
extern "C" {
void dgesdd_(const char* job, const int* m, const int* n, double* a, const int* lda, double* s, double* u,
             const int* ldu, double* vt, const int* ldvt, double* work, const int* work_size, int* integers, int* info,
             std::size_t job_length);
void dgeev_(const char* job_left, const char* job_right, const int* n, double* a, const int* lda, double* real,
            double* imaginary, double* left, const int* ldl, double* right, const int* ldr, double* work,
            const int* work_size, int* info, std::size_t left_length, std::size_t right_length);
}

namespace TL_NAMESPACE::kernels {

namespace detail {

// The extents as LAPACK takes them.
inline void require_lapack_takes(const DenseMatrix& a) {
  constexpr auto most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (a.values.empty()) throw Error("a matrix of ", a.rows, " by ", a.columns, " cannot be factorised: it is empty");
  if (a.values.size() > most) throw Error("a matrix of ", a.rows, " by ", a.columns, " is too large to factorise");
  if (!std::all_of(a.values.begin(), a.values.end(), [](double x) { return std::isfinite(x); }))
    throw Error("a matrix that holds a value that is not finite cannot be factorised");
}

inline void require_converged(int info, const char* what) {
  if (info != 0) throw Error("LAPACK's ", what, " did not converge (info ", info, ")");
}

}  // namespace detail

TL_INLINE Svd svd(const DenseMatrix& a) {
  detail::require_lapack_takes(a);
  // Read by columns, A is its transpose V diag(s) U^T: LAPACK's U by columns is our V^T by rows, and the reverse.
  const std::size_t rank = std::min(a.rows, a.columns);
  Svd result{{a.rows, rank}, std::vector<double>(rank), {rank, a.columns}};
  std::vector<double> copy = a.values, work(1);
  std::vector<int> integers(8 * rank);
  const int m = static_cast<int>(a.columns), n = static_cast<int>(a.rows), r = static_cast<int>(rank);
  int info = 0, size = -1;
  // First it says how much it wants to work with.
  for (const bool asks : {true, false}) {
    dgesdd_("S", &m, &n, copy.data(), &m, result.s.data(), result.vt.values.data(), &m, result.u.values.data(), &r,
            work.data(), &size, integers.data(), &info, 1);
    detail::require_converged(info, "singular value decomposition");
    if (asks) work.resize(static_cast<std::size_t>(size = static_cast<int>(work[0])));
  }
  return result;
}

TL_INLINE Svd svd_of_product(const DenseMatrix& a, const DenseMatrix& b) {
  const Svd left = svd(a), right = svd(b);
  DenseMatrix between = product(left.vt, right.u);
  for (std::size_t i = 0; i != between.rows; ++i)
    for (std::size_t j = 0; j != between.columns; ++j) between(i, j) *= left.s[i] * right.s[j];
  Svd inner = svd(between);
  return {product(left.u, inner.u), std::move(inner.s), product(inner.vt, right.vt)};
}

TL_INLINE std::vector<std::complex<double>> eigenvalues(const DenseMatrix& a) {
  if (a.rows != a.columns) throw Error("a matrix of ", a.rows, " by ", a.columns, " has no eigenvalues");
  detail::require_lapack_takes(a);
  std::vector<double> copy = a.values, real(a.rows), imaginary(a.rows), work(1);  // a transpose's are the same
  const int n = static_cast<int>(a.rows), one = 1;
  int info = 0, size = -1;
  for (const bool asks : {true, false}) {
    dgeev_("N", "N", &n, copy.data(), &n, real.data(), imaginary.data(), nullptr, &one, nullptr, &one, work.data(),
           &size, &info, 1, 1);
    detail::require_converged(info, "eigenvalue iteration");
    if (asks) work.resize(static_cast<std::size_t>(size = static_cast<int>(work[0])));
  }
  std::vector<std::complex<double>> values;
  for (std::size_t i = 0; i != a.rows; ++i) values.emplace_back(real[i], imaginary[i]);
  return values;
}

}  // namespace TL_NAMESPACE::kernels
