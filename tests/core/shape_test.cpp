#include <tl/core/shape.hpp>

#include "../catch.hpp"

using tl::Dim;

TEST_CASE("a shape takes run-time extents where the type leaves them open") {
  using Scores = tl::Shape<Dim<"head", 12>, Dim<"pos">, Dim<"key_pos">>;
  const auto shape = Scores::of({12, 5, 7});
  REQUIRE(shape.extent(0) == 12);
  REQUIRE(shape.extent(1) == 5);
  REQUIRE(shape.extent(2) == 7);
  REQUIRE(shape.extents() == std::array<std::size_t, 3>{12, 5, 7});
  REQUIRE(shape.size() == 12 * 5 * 7);
  REQUIRE(Scores::axis_of<"key_pos">() == 2);
}

TEST_CASE("a static shape needs no value") {
  constexpr tl::Shape<Dim<"head", 12>, Dim<"d_head", 64>> shape;
  REQUIRE(shape.size() == 768);
  REQUIRE(shape.extent(1) == 64);
}

TEST_CASE("the shape of a scalar and an empty shape") {
  REQUIRE(tl::Shape<>{}.size() == 1);
  REQUIRE(tl::Shape<Dim<"pos">, Dim<"d_model", 4>>::of({0, 4}).size() == 0);
}
