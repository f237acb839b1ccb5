#include <tl/hooks/row.hpp>
#include <type_traits>

#include "../catch.hpp"

TEST_CASE("a row is a small plain value") {
  STATIC_REQUIRE(std::is_trivially_copyable_v<tl::Row>);
  STATIC_REQUIRE(sizeof(tl::Row) <= 32);
  STATIC_REQUIRE(std::is_signed_v<decltype(tl::Row::token)>);  // -1: no token
}

TEST_CASE("a row made of nothing is the plain first row of a prefill") {
  constexpr tl::Row row{};
  REQUIRE(row.position == 0);
  REQUIRE(row.kind == tl::RowKind::plain);
  REQUIRE(row.phase == tl::Phase::prefill);
}
