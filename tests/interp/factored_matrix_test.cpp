#include <tl/interp/factored_matrix.hpp>

#include <algorithm>
#include <tl/core/philox.hpp>
#include "../catch.hpp"
#include "dense_models.hpp"

using namespace tl;

namespace {
using M = Dim<"d_model", 7>;
using H = Dim<"d_head", 3>;
using V = Dim<"d_vocab", 5>;

template <class A, class B>
Tensor<float, A, B> random_tensor(std::uint64_t seed) {
  Tensor<float, A, B> values;
  fill_normal(values.values(), 1.0, {seed, 0}, 0, Purpose::weights);
  return values;
}
template <class L, class Mid, class R>
FactoredMatrix<L, Mid, R> random_factors(std::uint64_t seed) {
  return {random_tensor<L, Mid>(seed).view(), random_tensor<Mid, R>(seed + 1).view()};
}
}  // namespace

TEST_CASE("norm, transpose and singular values are those of the product") {
  const auto f = random_factors<M, H, V>(1);
  const DenseMatrix ab = f.ab();
  CHECK((ab.rows == 7 && ab.columns == 5));
  CHECK(f.norm() == Approx(frobenius(ab)));
  CHECK(largest_difference(f.transposed().ab(), transposed(ab)) < 1e-12);
  const auto svd = f.svd(), whole = kernels::svd(ab);
  REQUIRE(svd.s.size() == 3);
  for (std::size_t i = 0; i != 3; ++i) CHECK(svd.s[i] == Approx(whole.s[i]));
  CHECK(whole.s[3] < 1e-12);
}

TEST_CASE("a product of factored matrices is the product, through the smaller middle") {
  const auto f = random_factors<M, H, V>(1);
  const auto g = random_factors<V, Dim<"d_head", 2>, M>(5);
  const auto product_of = f * g;
  STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(product_of)>, FactoredMatrix<M, Dim<"d_head", 2>, M>>);
  STATIC_REQUIRE(std::is_same_v<decltype(g * f), FactoredMatrix<V, Dim<"d_head", 2>, V>>);
  CHECK(largest_difference(product_of.ab(), product(f.ab(), g.ab())) < 1e-12);
  CHECK(largest_difference((g * f).ab(), product(g.ab(), f.ab())) < 1e-12);
}

TEST_CASE("eigenvalues are those of the product, but for zeros") {
  const auto f = random_factors<M, H, M>(9);
  auto ours = f.eigenvalues(), whole = kernels::eigenvalues(f.ab());
  REQUIRE(ours.size() == 3);
  REQUIRE(whole.size() == 7);
  const auto larger = [](std::complex<double> a, std::complex<double> b) {
    return std::abs(a) != std::abs(b) ? std::abs(a) > std::abs(b) : a.imag() > b.imag();
  };
  std::complex<double> sum = 0, trace = 0;
  for (const auto& value : ours) sum += value;
  for (std::size_t i = 0; i != 7; ++i) trace += f.ab()(i, i);
  CHECK(std::abs(sum - trace) < 1e-10);
  std::sort(ours.begin(), ours.end(), larger);
  std::sort(whole.begin(), whole.end(), larger);
  for (std::size_t i = 0; i != 3; ++i) CHECK(std::abs(std::abs(ours[i]) - std::abs(whole[i])) < 1e-10);
  CHECK(std::abs(whole[3]) < 1e-4);  // 0, as well as a matrix that is not diagonalisable shows it
}

TEST_CASE("factors of other extents are refused") {
  using F = FactoredMatrix<M, H, Dim<"d_vocab">>;
  CHECK_NOTHROW(F(DenseMatrix{7, 3}, DenseMatrix{3, 11}));
  CHECK_THROWS_WITH(F(DenseMatrix{7, 3}, DenseMatrix{4, 11}),
                    "a [7, 3] and b [4, 11] are no factors of a [d_model, d_vocab] matrix of these extents");
  CHECK_THROWS(F(DenseMatrix{8, 3}, DenseMatrix{3, 11}));
}
