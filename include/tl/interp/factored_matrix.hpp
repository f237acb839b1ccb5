#pragma once
// A product A B that is never computed: heads' circuits are d_model by d_model and of rank d_head only. What is asked
// of the product is computed from its factors (TransformerLens' FactoredMatrix).
#include <complex>
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <tl/kernels/svd.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// A [Left, Mid] B [Mid, Right], in double. x A B is what the circuit makes of a row x.
template <AnyDim Left, AnyDim Mid, AnyDim Right>
class FactoredMatrix {
 public:
  // Throws Error where an extent is not its dimension's, or A's columns are not B's rows.
  FactoredMatrix(kernels::DenseMatrix a, kernels::DenseMatrix b) : a_(std::move(a)), b_(std::move(b)) {
    require(a_.columns == b_.rows && is<Left>(a_.rows) && is<Mid>(b_.rows) && is<Right>(b_.columns));
  }
  FactoredMatrix(TensorView<const float, Left, Mid> a, TensorView<const float, Mid, Right> b)
      : FactoredMatrix(dense(a), dense(b)) {}

  const kernels::DenseMatrix& a() const { return a_; }
  const kernels::DenseMatrix& b() const { return b_; }
  // The product itself.
  kernels::DenseMatrix ab() const { return product(a_, b_); }
  FactoredMatrix<Right, Mid, Left> transposed() const { return {kernels::transposed(b_), kernels::transposed(a_)}; }

  // The Frobenius norm.
  double norm() const { return kernels::norm_of_product(a_, b_); }
  // As many singular values and vectors as the smallest of the three extents. Header-only this needs -llapack, and so
  // do eigenvalues.
  kernels::Svd svd() const { return kernels::svd_of_product(a_, b_); }
  // Of A B, from B A: as many as Mid has; the others are 0.
  std::vector<std::complex<double>> eigenvalues() const {
    static_assert(SameDim<Left, Right>,
                  "tl: a matrix has eigenvalues where it maps a space to itself: Left is not Right");
    return kernels::eigenvalues(product(b_, a_));
  }

 private:
  template <class D>
  static bool is(std::size_t extent) {
    return !D::is_static || D::extent == extent;
  }
  template <class X, class Y>
  static kernels::DenseMatrix dense(TensorView<const float, X, Y> view) {
    return {view.shape().extents()[0], view.shape().extents()[1], {view.data(), view.data() + view.size()}};
  }
  void require(bool fits) const {
    if (!fits)
      throw Error("a [", a_.rows, ", ", a_.columns, "] and b [", b_.rows, ", ", b_.columns, "] are no factors of a [",
                  Left::name.view(), ", ", Right::name.view(), "] matrix of these extents");
  }

  kernels::DenseMatrix a_, b_;
};

// (A B)(C D), kept as A (B C D), or as (A B C) D where D is known to have fewer rows than B.
template <AnyDim L1, AnyDim M1, AnyDim R1, AnyDim L2, AnyDim M2, AnyDim R2>
auto operator*(const FactoredMatrix<L1, M1, R1>& x, const FactoredMatrix<L2, M2, R2>& y) {
  static_assert(
      SameDim<R1, L2>,
      "tl: these factored matrices have no product: the right dimension of the first is not the left one of the "
      "second");
  const kernels::DenseMatrix between = product(x.b(), y.a());
  if constexpr (M1::is_static && M2::is_static && M2::extent < M1::extent)
    return FactoredMatrix<L1, M2, R2>(product(x.a(), between), y.b());
  else return FactoredMatrix<L1, M1, R2>(x.a(), product(between, y.b()));
}

}  // namespace TL_NAMESPACE
