#include <tl/interp/head_input.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("each input of a head has its points") {
  static_assert(input_point(HeadInput::q) == Point::q_input && projected_point(HeadInput::q) == Point::q);
  static_assert(input_point(HeadInput::k) == Point::k_input && projected_point(HeadInput::k) == Point::k);
  static_assert(input_point(HeadInput::v) == Point::v_input && projected_point(HeadInput::v) == Point::v);
}
