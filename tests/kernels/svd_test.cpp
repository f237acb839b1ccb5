#include <tl/kernels/svd.hpp>

#include <algorithm>
#include <cmath>
#include "../catch.hpp"
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>

using namespace tl::kernels;

namespace {

DenseMatrix random_matrix(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  std::vector<float> values(rows * columns);
  tl::fill_normal(values, 1.0, {seed, 0}, 0, tl::Purpose::weights);
  return {rows, columns, {values.begin(), values.end()}};
}

double difference(const DenseMatrix& a, const DenseMatrix& b) {
  if (a.rows != b.rows || a.columns != b.columns) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i != a.values.size(); ++i) worst = std::max(worst, std::abs(a.values[i] - b.values[i]));
  return worst;
}

DenseMatrix identity(std::size_t n) {
  DenseMatrix m{n, n};
  for (std::size_t i = 0; i != n; ++i) m(i, i) = 1;
  return m;
}

void check(const Svd& found, const DenseMatrix& a, std::size_t rank) {
  REQUIRE(found.s.size() == rank);
  CHECK(std::is_sorted(found.s.rbegin(), found.s.rend()));
  CHECK(found.s.back() >= 0);
  CHECK(difference(product(transposed(found.u), found.u), identity(rank)) < 1e-12);
  CHECK(difference(product(found.vt, transposed(found.vt)), identity(rank)) < 1e-12);
  DenseMatrix scaled = found.u;
  for (std::size_t i = 0; i != scaled.rows; ++i)
    for (std::size_t j = 0; j != rank; ++j) scaled(i, j) *= found.s[j];
  CHECK(difference(product(scaled, found.vt), a) < 1e-12);
}

}  // namespace

TEST_CASE("a singular value decomposition has orthonormal vectors and gives the matrix back") {
  for (const auto& [rows, columns] : {std::pair{7, 4}, {4, 7}, {5, 5}, {1, 3}, {1, 1}}) {
    const auto m = static_cast<std::size_t>(rows), n = static_cast<std::size_t>(columns);
    const DenseMatrix a = random_matrix(m, n, m * 10 + n);
    check(svd(a), a, std::min(m, n));
  }
  const Svd known = svd({2, 2, {3, 0, 4, 5}});
  CHECK(known.s[0] == Approx(std::sqrt(45.0)));
  CHECK(known.s[1] == Approx(std::sqrt(5.0)));
}

TEST_CASE("the decomposition of a product is that of the product computed") {
  const DenseMatrix a = random_matrix(9, 3, 1), b = random_matrix(3, 6, 2), wide = random_matrix(3, 8, 3);
  check(svd_of_product(a, b), product(a, b), 3);
  check(svd_of_product(transposed(b), random_matrix(3, 2, 4)), product(transposed(b), random_matrix(3, 2, 4)), 2);
  check(svd_of_product(transposed(a), random_matrix(9, 3, 5)), product(transposed(a), random_matrix(9, 3, 5)), 3);
  check(svd_of_product(b, transposed(b)), product(b, transposed(b)), 3);
  check(svd_of_product(transposed(wide), wide), product(transposed(wide), wide), 3);
}

TEST_CASE("eigenvalues of a rotation are complex, of a triangle its diagonal") {
  const double angle = 0.3;
  auto values = eigenvalues({2, 2, {std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle)}});
  REQUIRE(values.size() == 2);
  CHECK(values[0].real() == Approx(std::cos(angle)));
  CHECK(std::abs(values[0].imag()) == Approx(std::sin(angle)));
  CHECK(values[1] == std::conj(values[0]));
  values = eigenvalues({3, 3, {1, 5, 6, 0, -2, 7, 0, 0, 3}});
  std::vector<double> real;
  for (const auto& value : values) real.push_back(value.real());
  std::sort(real.begin(), real.end());
  CHECK(real[0] == Approx(-2));
  CHECK(real[1] == Approx(1));
  CHECK(real[2] == Approx(3));
}

TEST_CASE("what cannot be factorised is refused") {
  const char* const nan = "a matrix that holds a value that is not finite cannot be factorised";
  CHECK_THROWS_WITH(svd({1, 2, {1, std::nan("")}}), nan);
  CHECK_THROWS_WITH(eigenvalues({1, 1, {INFINITY}}), nan);
  CHECK_THROWS_WITH(svd({0, 3}), "a matrix of 0 by 3 cannot be factorised: it is empty");
  CHECK_THROWS_WITH(eigenvalues({1, 2}), "a matrix of 1 by 2 has no eigenvalues");
}
