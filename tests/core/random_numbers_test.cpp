#include <tl/core/random_numbers.hpp>
#include <type_traits>

#include "../catch.hpp"

using tl::Purpose;
using Draws = tl::RandomNumbers<Purpose::draw>;

static_assert(!std::is_copy_constructible_v<Draws> && !std::is_move_constructible_v<Draws>);
static_assert(!std::is_copy_assignable_v<Draws> && !std::is_move_assignable_v<Draws>);

TEST_CASE("each number is had once, in the order of its index") {
  const tl::RandomKey key{3, 8};
  Draws numbers(key, 17);
  for (std::size_t i = 0; i != 50; ++i) REQUIRE(numbers.uniform() == tl::uniform(key, 17, Purpose::draw, i));
}

TEST_CASE("another purpose, position or key has other numbers; the same name has the same") {
  const double u = Draws({3, 8}, 17).uniform();
  CHECK(Draws({3, 8}, 17).uniform() == u);
  CHECK(tl::RandomNumbers<Purpose::accept>({3, 8}, 17).uniform() != u);
  CHECK(Draws({3, 8}, 18).uniform() != u);
  CHECK(Draws({3, 9}, 17).uniform() != u);
}
