#include <tl/speculation/acceptance.hpp>

#include "../catch.hpp"

TEST_CASE("acceptance is counted of the drafts that a walk came to") {
  using Tokens = std::vector<tl::Token>;
  tl::TokenTree<tl::Deterministic> tree;
  tree.begin(0, 0);
  tree.expand(0, Tokens{1, 2});
  tree.expand(1, Tokens{3, 4, 5});
  const std::size_t first = tree.children(0)[0], second = tree.children(0)[1], below = tree.children(1)[1];

  tl::AcceptanceCounts counts;
  const std::vector<std::size_t> none{0}, one{0, first}, other{0, second}, two{0, first, below};
  counts.add(tree, none, true);
  counts.add(tree, other, true);
  counts.add(tree, one, true);
  counts.add(tree, two, true);
  CHECK(counts.steps() == 4);
  CHECK(counts.tokens_per_step() == 2);
  // The first child is offered six times and accepted twice, the second four times and twice, the third once.
  const auto by_child = counts.by_child();
  REQUIRE(by_child.size() == 3);
  CHECK(by_child[0] == Approx(2. / 6));
  CHECK(by_child[1] == Approx(4. / 6 * 2. / 4));
  CHECK(by_child[2] == 0);
  CHECK(counts.by_depth() == std::vector<double>{3. / 4, 1. / 2});
  counts.add(tree, one, false);  // what would have become of the children of `first` is not known
  CHECK(counts.by_depth() == std::vector<double>{4. / 5, 1. / 2});
}

TEST_CASE("where nothing was counted there is nothing") {
  const tl::AcceptanceCounts counts;
  CHECK(counts.tokens_per_step() == 0);
  CHECK((counts.by_child().empty() && counts.by_depth().empty()));
}
