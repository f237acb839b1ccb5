#include <tl/report/grid.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"

using tl::Dim;
using tl::report::Grid;

TEST_CASE("a grid takes the names of a tensor's dimensions") {
  tl::Tensor<float, Dim<"layer">, Dim<"pos", 3>> tensor(2);
  tensor(1, 2) = 5;
  const Grid grid = tensor;
  REQUIRE(grid.row_axis == "layer");
  REQUIRE(grid.column_axis == "pos");
  REQUIRE(grid.rows == 2);
  REQUIRE(grid.columns == 3);
  REQUIRE(grid.values == std::vector<float>{0, 0, 0, 0, 0, 5});
  const Grid of_view = std::as_const(tensor).view();
  REQUIRE(of_view.values == grid.values);
}

TEST_CASE("values that do not fill the grid are refused") {
  REQUIRE(error_of([] { Grid("layer", "head", 2, 3, {1, 2}); }) == "a grid of 2 x 3 cells cannot have 2 values");
}
