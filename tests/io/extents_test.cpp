#include <tl/io/extents.hpp>
#include <vector>

#include "../catch.hpp"

using Extents = std::vector<std::size_t>;

TEST_CASE("byte counts are products, or nothing where they overflow") {
  REQUIRE(tl::io::byte_count(Extents{}, 4) == 4u);
  REQUIRE(tl::io::byte_count(Extents{2, 3}, 4) == 24u);
  REQUIRE(tl::io::byte_count(Extents{2, 0}, 4) == 0u);
  REQUIRE_FALSE(tl::io::byte_count(Extents{std::size_t{1} << 62, 4}, 4));
  REQUIRE_FALSE(tl::io::byte_count(Extents{std::size_t{1} << 62}, 4));
}

TEST_CASE("shapes print as lists") {
  REQUIRE(tl::io::shape_text(Extents{}) == "[]");
  REQUIRE(tl::io::shape_text(Extents{256, 768}) == "[256, 768]");
}
