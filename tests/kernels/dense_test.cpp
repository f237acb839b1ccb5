#include <tl/kernels/dense.hpp>

#include "../catch.hpp"
#include <tl/core/error.hpp>

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
