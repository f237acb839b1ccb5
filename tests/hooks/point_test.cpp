#include <algorithm>
#include <set>
#include <tl/hooks/point.hpp>

#include "../catch.hpp"

using tl::Point;

TEST_CASE("the table is in the order of the enumeration, names are distinct") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i != tl::point_count; ++i) {
    REQUIRE(tl::points[i].point == static_cast<Point>(i));
    REQUIRE(&tl::info(static_cast<Point>(i)) == &tl::points[i]);
    names.insert(tl::points[i].name);
  }
  REQUIRE(names.size() == tl::point_count);
}

TEST_CASE("25 points a block and 7 a model") {
  REQUIRE(tl::point_count == 32);
  REQUIRE(std::ranges::count(tl::points, true, &tl::PointInfo::in_block) == 25);
}

TEST_CASE("what a row has at each point") {
  const auto count = [](tl::PointShape shape) { return std::ranges::count(tl::points, shape, &tl::PointInfo::shape); };
  REQUIRE(count(tl::PointShape::head_key_pos) == 2);  // scores, pattern
  REQUIRE(count(tl::PointShape::scale) == 3);         // one a LayerNorm
  REQUIRE(count(tl::PointShape::head_d_head) == 4);   // q, k, v, z
  REQUIRE(count(tl::PointShape::head_d_model) == 5);  // attn_in, q_input, k_input, v_input, result
  REQUIRE(count(tl::PointShape::d_mlp) == 2);         // pre, post
  REQUIRE(count(tl::PointShape::d_vocab) == 1);       // logits
  REQUIRE(tl::info(Point::z).shape == tl::PointShape::head_d_head);
  REQUIRE(tl::info(Point::result).shape == tl::PointShape::head_d_model);
}

TEST_CASE("the families of points are those of their names") {
  for (const tl::PointInfo& point : tl::points) {
    CAPTURE(point.name);
    REQUIRE(tl::is_ln1(point.point) == point.name.starts_with("ln1."));
    REQUIRE(tl::is_norm(point.point) == point.name.starts_with("ln"));
    REQUIRE(tl::is_head_input(point.point) == (point.name == "hook_attn_in" || point.name.ends_with("_input")));
    REQUIRE(tl::is_mlp(point.point) ==
            (point.name.starts_with("mlp.") || point.name.starts_with("ln2.") || point.name.starts_with("hook_mlp")));
  }
}
