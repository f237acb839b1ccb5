#include <tl/speculation/prompt_lookup.hpp>

#include "../catch.hpp"

using namespace tl;

namespace {
TokenTree<Deterministic> grown(PromptLookup& draft, const std::vector<Token>& text, std::size_t most_depth = 100) {
  TokenTree<Deterministic> tree;
  tree.begin(text.back(), text.size() - 1);
  draft.grow(0, GrowingText{text}, tree, most_depth);
  return tree;
}
std::vector<Token> line(const TokenTree<Deterministic>& tree) {
  std::vector<Token> tokens;
  for (std::size_t node = 0; !tree.children(node).empty(); tokens.push_back(tree.token(node)))
    node = tree.children(node)[0];
  return tokens;
}
}  // namespace

TEST_CASE("what followed the same words is proposed, branching where several things did") {
  PromptLookup draft({.nodes = 16, .branches = 2, .least_probability = 0.05});
  draft.begin({}, 1);
  const auto tree = grown(draft, {1, 2, 3, 4, 5, 9, 1, 2, 3, 6, 7, 9, 1, 2, 3});
  REQUIRE(tree.children(0).size() == 2);
  CHECK((tree.token(tree.children(0)[0]) == 6 && tree.token(tree.children(0)[1]) == 4));  // 6 behind a 9 as well
  CHECK(tree.size() <= 16);
  CHECK(grown(draft, {1, 2, 3, 4, 5, 9, 1, 2, 3, 6, 7, 9, 1, 2, 3, 6}).token(1) == 7);
}

TEST_CASE("a loop is followed for as long as there is room") {
  PromptLookup draft({.nodes = 12, .branches = 1});
  draft.begin({}, 1);
  const std::vector<Token> text{8, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1};
  CHECK(line(grown(draft, text)) == std::vector<Token>{2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3});
  draft.begin({}, 1);
  CHECK(line(grown(draft, text, 4)) == std::vector<Token>{2, 3, 1, 2});
}

TEST_CASE("new words propose nothing, and what cannot be is refused") {
  PromptLookup draft;
  draft.begin({}, 1);
  CHECK(grown(draft, {1, 2, 3, 4}).size() == 1);
  CHECK_THROWS_WITH(PromptLookup({.nodes = 0}), "prompt lookup needs a tree of one node at least, and one branch");
  CHECK_THROWS_WITH(PromptLookup({.least_probability = 0}),
                    "the least probability of a proposal is 0.000000: it must be above 0 and at most 1");
}
