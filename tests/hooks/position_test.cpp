#include <tl/hooks/position.hpp>

#include "../catch.hpp"

namespace {
// The positions below 8 that a predicate accepts, of a sequence whose prompt has 5 tokens.
std::vector<std::size_t> accepted(tl::PositionPredicate auto predicate) {
  std::vector<std::size_t> positions;
  for (std::size_t p = 0; p != 8; ++p)
    if (predicate(p, 5)) positions.push_back(p);
  return positions;
}
using Positions = std::vector<std::size_t>;
}  // namespace

TEST_CASE("the ready predicates go by position and prompt length") {
  REQUIRE(accepted(tl::all) == Positions{0, 1, 2, 3, 4, 5, 6, 7});
  REQUIRE(accepted(tl::last_prompt) == Positions{4});
  REQUIRE(accepted(tl::not_first) == Positions{1, 2, 3, 4, 5, 6, 7});
  REQUIRE(accepted(tl::prompt_only) == Positions{0, 1, 2, 3, 4});
  REQUIRE(accepted(tl::generated_only) == Positions{5, 6, 7});
}

TEST_CASE("at: listed positions, negative ones from the end of the prompt") {
  REQUIRE(accepted(tl::at{2, 6}) == Positions{2, 6});
  REQUIRE(accepted(tl::at{-1}) == Positions{4});
  REQUIRE(accepted(tl::at{-5, 7}) == Positions{0, 7});
  REQUIRE(accepted(tl::at{-6}).empty());
  REQUIRE(accepted(tl::at{}).empty());
  REQUIRE(accepted(tl::at(std::vector<std::ptrdiff_t>{1})) == Positions{1});
}

TEST_CASE("any function of position and prompt length is a predicate") {
  REQUIRE(accepted([](std::size_t position, std::size_t prompt_length) { return position + 2 == prompt_length; }) ==
          Positions{3});
  STATIC_REQUIRE_FALSE(tl::PositionPredicate<bool (*)(std::size_t)>);
}
