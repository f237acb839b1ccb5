#include <tl/kernels/dense.hpp>

#include <cmath>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/error.hpp>
#include "../catch.hpp"

using namespace tl::kernels;

TEST_CASE("a product of dense matrices, and a transpose") {
  const DenseMatrix a{2, 3, {1, 2, 3, 4, 5, 6}}, b{3, 2, {1, 0, -1, 2, 0.5, 1}};
  CHECK((product(a, b).values == std::vector<double>{0.5, 7, 2, 16}));
  const DenseMatrix t = transposed(a);
  CHECK((t.rows == 3 && t.columns == 2));
  CHECK((t.values == std::vector<double>{1, 4, 2, 5, 3, 6}));
  CHECK((DenseMatrix{2, 2}.values == std::vector<double>(4)));
  CHECK_THROWS_WITH(product(a, a), "a matrix of 3 columns cannot be multiplied by one of 2 rows");
}

TEST_CASE("the norm of a product from Gram matrices is that of the product") {
  const DenseMatrix a{2, 3, {1, 2, 3, 4, 5, 6}}, b{3, 2, {1, 0, -1, 2, 0.5, 1}};
  double square = 0;
  for (const double x : product(a, b).values) square += x * x;
  CHECK(norm_of_product(a, b) == Approx(std::sqrt(square)));
  CHECK(norm_of_product({2, 3}, b) == 0);
  CHECK_THROWS_WITH(norm_of_product(a, a), "a matrix of 3 columns cannot be multiplied by one of 2 rows");
}

TEST_CASE("a Cholesky factor gives the matrix back, of full rank or not") {
  const auto gives_back = [](const DenseMatrix& a) {
    const DenseMatrix l = cholesky(a), back = product(l, transposed(l));
    for (std::size_t i = 0; i != a.values.size(); ++i) CHECK(back.values[i] == Approx(a.values[i]).margin(1e-12));
    for (std::size_t i = 0; i != a.rows; ++i)
      for (std::size_t j = i + 1; j != a.rows; ++j) CHECK(l(i, j) == 0);
  };
  const DenseMatrix a{2, 3, {1, 2, 3, 4, 5, 6}}, twice{2, 2, {1, 2, 2, 4}};
  gives_back(product(a, transposed(a)));
  gives_back(product(transposed(a), a));  // of rank 2
  gives_back(product(transposed(twice), twice));
  gives_back({3, 3});
  CHECK_THROWS_WITH(cholesky(a), "a matrix of 2 by 3 is not symmetric");
}

TEST_CASE("columns of packed weights are the matrix's") {
  const float w[6] = {1, 2, 3, 4, 5, 6};
  const auto panels = tl::allocate<float>(packed_size<float>(2, 3));
  pack(w, 3, 1, 2, 3, panels.get(), nullptr, 1);
  const DenseMatrix found = dense(PackedMatrix<float>{panels.get(), 2, 3}, 1, 2);
  CHECK((found.rows == 2 && found.values == std::vector<double>{2, 3, 5, 6}));
}
