#include "made_rows.hpp"

#include "../catch.hpp"

TEST_CASE("a context tells the place, and each row's own") {
  auto rows = made_rows(3, 2);
  const auto other = made_rows(1, 9, 4, 1);
  rows.insert(rows.end(), other.begin(), other.end());
  rows[2].step = 7;
  const tl::Context at(5, tl::Point::z, rows);
  REQUIRE(at.layer == 5);
  REQUIRE(at.point == tl::Point::z);
  REQUIRE(at.rows() == 4);
  REQUIRE(at.position() == 0);
  REQUIRE(at.position(2) == 2);
  REQUIRE(at.position(3) == 4);
  REQUIRE(at.sequence(2) == 0);
  REQUIRE(at.sequence(3) == 1);
  REQUIRE(at.prompt_length(0) == 2);
  REQUIRE(at.prompt_length(3) == 9);
  REQUIRE(at.phase(1) == tl::Phase::prefill);
  REQUIRE(at.phase(2) == tl::Phase::decode);
  REQUIRE(at.phase(3) == tl::Phase::prefill);
  REQUIRE(at.step(2) == 7);
  REQUIRE(at.token(3) == 104);
  REQUIRE(at.kind(3) == tl::RowKind::plain);
}

TEST_CASE("a window is the same place seen by fewer rows") {
  const auto rows = made_rows(5, 5);
  const tl::Context window = tl::Context(2, tl::Point::resid_post, rows).window(1, 3);
  REQUIRE(window.layer == 2);
  REQUIRE(window.point == tl::Point::resid_post);
  REQUIRE(window.rows() == 3);
  REQUIRE(window.position() == 1);
  REQUIRE(window.position(2) == 3);
}

TEST_CASE("keys stand for positions of their own") {
  const auto rows = made_rows(1, 5, 4);
  const std::vector<std::uint32_t> keys{0, 1, 4};
  const tl::Context at(0, tl::Point::pattern, rows, keys);
  REQUIRE(at.key_position(2) == 4);
  REQUIRE(at.window(0, 1).key_position(1) == 1);
}
