#include <tl/speculation/tree_shape.hpp>

#include "../catch.hpp"

using Counts = std::vector<std::size_t>;

TEST_CASE("a shape is its counts of children in breadth-first order") {
  const tl::TreeShape shape(Counts{2, 1, 2, 0, 0, 0});
  CHECK(shape.size() == 6);
  CHECK(shape.depth() == 2);
  CHECK(shape.first_child(1) == 3);
  CHECK(shape.first_child(2) == 4);
  CHECK(shape.depth(2) == 1);
  CHECK(shape.depth(5) == 2);
  CHECK(tl::TreeShape{}.size() == 1);
}

TEST_CASE("chains and branchings") {
  CHECK(tl::TreeShape::chain(3) == tl::TreeShape(Counts{1, 1, 1, 0}));
  CHECK(tl::TreeShape::chain(0) == tl::TreeShape{});
  CHECK(tl::TreeShape::branching(Counts{2, 3}) == tl::TreeShape(Counts{2, 3, 3, 0, 0, 0, 0, 0, 0}));
  CHECK(tl::TreeShape::branching(Counts{2, 3}).depth() == 2);
  CHECK_THROWS_AS(tl::TreeShape::branching(Counts(4, 10)), tl::Error);
}

TEST_CASE("counts that make no tree are errors") {
  CHECK_THROWS_AS(tl::TreeShape(Counts{}), tl::Error);
  CHECK_THROWS_AS(tl::TreeShape(Counts{0, 1, 0}), tl::Error);
  CHECK_THROWS_AS(tl::TreeShape(Counts{2, 0}), tl::Error);
}

TEST_CASE("expected tokens are the sum of the probabilities to reach a node") {
  const std::vector<double> acceptance{0.5, 0.25};
  CHECK(tl::TreeShape{}.expected_tokens(acceptance) == 1);
  CHECK(tl::TreeShape::chain(3).expected_tokens(acceptance) == 1 + 0.5 + 0.25 + 0.125);
  CHECK(tl::TreeShape(Counts{3, 0, 1, 0, 0}).expected_tokens(acceptance) == 1 + 0.75 + 0.125);
}
