#include <tl/sae/sae_rows.hpp>

#include "../catch.hpp"

TEST_CASE("the dimensions after the first are read as one") {
  const tl::Tensor<float, tl::Dim<"pos">, tl::Dim<"head", 3>, tl::Dim<"d_head", 4>> z(5);
  const tl::SaeRows rows = z;
  REQUIRE(rows.data == z.data());
  REQUIRE(rows.rows == 5);
  REQUIRE(rows.width == 12);
  REQUIRE(rows.stride == 12);
  REQUIRE(tl::SaeRows(tl::Tensor<float, tl::Dim<"row">, tl::Dim<"d_model">>(0, 7)).rows == 0);
}
