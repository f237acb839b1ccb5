#include <tl/hooks/position.hpp>

#include "../catch.hpp"

namespace {
// The positions below 8 that a predicate accepts, of a sequence whose prompt has 5 tokens.
std::vector<std::size_t> accepted(tl::PositionPredicate auto predicate, std::size_t sequence = 0) {
  std::vector<std::size_t> positions;
  for (std::size_t p = 0; p != 8; ++p)
    if (tl::detail::accepts(predicate, p, {sequence, 5})) positions.push_back(p);
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

TEST_CASE("sequences, positions from one on, and both at once") {
  REQUIRE(accepted(tl::from{6}) == Positions{6, 7});
  REQUIRE(accepted(tl::sequences{1, 3}, 3) == accepted(tl::all));
  REQUIRE(accepted(tl::sequences{1, 3}, 2).empty());
  const auto both = tl::sequences{3} && tl::from{3} && tl::prompt_only;
  REQUIRE(accepted(both, 3) == Positions{3, 4});
  REQUIRE(accepted(both, 1).empty());
}

TEST_CASE("a predicate chosen at run time is the one chosen") {
  tl::AnyPositions chosen = tl::at{-1};
  REQUIRE(accepted(chosen) == Positions{4});
  chosen = tl::sequences{2};
  REQUIRE(accepted(chosen, 2) == accepted(tl::all));
  REQUIRE(accepted(chosen, 4).empty());
}
