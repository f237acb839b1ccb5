#include <limits>
#include <tl/hooks/captured.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using tl::Point;

TEST_CASE("rows are kept in order and come back as [pos, ...]") {
  const auto rows = made_rows(3, 3);
  auto z = counted<Z>(3);
  const tl::Context at(1, Point::z, rows);
  tl::Captured captured;
  captured.append(z.view(), 0, 1, at);
  captured.append(z.view(), 2, 1, at);
  REQUIRE(captured.positions() == 2);
  const tl::CapturedArray array = captured.take(Point::z);
  REQUIRE(array.extents == std::vector<std::size_t>{2, 3, 2});
  REQUIRE(array.values == tl::AlignedVector<float>{1, 2, 3, 4, 5, 6, 13, 14, 15, 16, 17, 18});
}

TEST_CASE("ragged scores and patterns become square") {
  for (const Point point : {Point::attn_scores, Point::pattern}) {
    const float masked = point == Point::pattern ? 0 : -std::numeric_limits<float>::infinity();
    tl::Captured captured;
    for (std::size_t position = 0; position != 3; ++position) {
      const auto row = made_rows(1, 3, position);
      captured.append(counted<Pattern>(position + 1, static_cast<float>(10 * position)).view(), 0, 1,
                      tl::Context(0, point, row));
    }
    const tl::CapturedArray array = captured.take(point);
    const float _ = masked;
    REQUIRE(array.extents == std::vector<std::size_t>{2, 3, 3});  // head, pos, key_pos
    REQUIRE(array.values == tl::AlignedVector<float>{0, _, _, 10, 11, _, 20, 21, 22, 1, _, _, 12, 13, _, 23, 24, 25});
  }
}

TEST_CASE("what is generated beyond the prompt has its place too") {
  tl::Captured captured;
  constexpr std::size_t positions = 7;
  for (std::size_t position = 0; position != positions; ++position)  // a prompt of two
    captured.append(counted<Pattern>(position + 1, static_cast<float>(100 * position)).view(), 0, 1,
                    tl::Context(0, Point::pattern, made_rows(1, 2, position)));
  const tl::CapturedArray array = captured.take(Point::pattern);
  REQUIRE(array.extents == std::vector<std::size_t>{2, positions, positions});
  for (std::size_t head = 0; head != 2; ++head)
    for (std::size_t p = 0; p != positions; ++p)
      for (std::size_t key = 0; key != positions; ++key)
        REQUIRE(array.values[(head * positions + p) * positions + key] ==
                (key > p ? 0 : static_cast<float>(100 * p + head * (p + 1) + key)));
}

TEST_CASE("a pattern kept at one position only has that row, over its whole past") {
  tl::Captured captured;
  const auto row = made_rows(1, 3, 2);
  captured.append(counted<Pattern>(3).view(), 0, 1, tl::Context(0, Point::pattern, row));
  REQUIRE(captured.take(Point::pattern).extents == std::vector<std::size_t>{2, 1, 3});
}

TEST_CASE("rows of a token tree are not kept") {
  auto rows = made_rows(1, 1);
  rows[0].phase = tl::Phase::verify;
  tl::Captured captured;
  captured.append(counted<Residual>(1).view(), 0, 1, tl::Context(0, Point::resid_pre, rows));
  REQUIRE(captured.positions() == 0);
}

TEST_CASE("what is taken is gone") {
  const auto rows = made_rows(1, 1);
  tl::Captured captured;
  captured.append(counted<Residual>(1).view(), 0, 1, tl::Context(0, Point::resid_pre, rows));
  REQUIRE(captured.take(Point::resid_pre).values.size() == 4);
  REQUIRE(captured.positions() == 0);
  REQUIRE(captured.take(Point::resid_pre).values.empty());
}
