#include <tl/core/dim.hpp>

#include "../catch.hpp"

using tl::Dim;

TEST_CASE("a dimension has a name and an extent, static or not") {
  REQUIRE(Dim<"d_model", 768>::name.view() == "d_model");
  REQUIRE(Dim<"d_model", 768>::extent == 768);
  REQUIRE(Dim<"d_model", 768>::is_static);
  REQUIRE(Dim<"pos">::extent == tl::dynamic);
  REQUIRE_FALSE(Dim<"pos">::is_static);
}

TEST_CASE("dimensions are counted by name") {
  REQUIRE(tl::count_named<"pos", Dim<"pos">, Dim<"d_model", 4>, Dim<"pos", 8>> == 2);
  REQUIRE(tl::count_named<"head", Dim<"pos">, Dim<"d_model", 4>> == 0);
  REQUIRE(tl::count_named<"head"> == 0);
}
