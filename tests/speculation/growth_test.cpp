#include <tl/speculation/growth.hpp>

#include "../catch.hpp"
#include "../decode/reference.hpp"

namespace {

// A draft whose logits depend on the token alone, and which counts its passes.
struct Toy {
  std::size_t d_vocab;
  std::size_t passes = 0;
  std::vector<float> rows{};

  template <class Tree>
  auto operator()(const Tree& tree, std::span<const std::size_t> nodes) {
    ++passes;
    rows.clear();
    for (const std::size_t node : nodes) {
      REQUIRE(tree.depth(node) == tree.depth(nodes[0]));
      const auto logits = reference::logits(d_vocab, 3 * static_cast<std::uint64_t>(tree.token(node)) + 1);
      rows.insert(rows.end(), logits.begin(), logits.end());
    }
    return [this](std::size_t i) { return std::span<const float>(rows).subspan(i * d_vocab, d_vocab); };
  }
};

template <class P>
tl::TokenTree<P> grown(auto growth, std::size_t d_vocab, std::uint64_t seed, std::size_t most_depth = 99) {
  tl::TokenTree<P> tree;
  tree.begin(1, 0, {seed, 0});
  Toy draft{d_vocab};
  growth(tree, draft, most_depth);
  CHECK(draft.passes <= std::min<std::size_t>(4, most_depth));
  return tree;
}

}  // namespace

TEST_CASE("a tree grows to its shape, a pass a level") {
  const tl::TreeShape shape({3, 2, 0, 1, 1, 0, 2, 0, 0, 0});
  const auto tree = grown<tl::SampledWithoutReplacement>(tl::ShapedGrowth(shape), 50, 4);
  REQUIRE(tree.size() == shape.size());
  for (std::size_t node = 0; node != tree.size(); ++node) {
    CHECK(tree.children(node).size() == shape.children(node));
    CHECK(tree.depth(node) == shape.depth(node));
    CHECK(tree.nodes()[node].parent < static_cast<std::ptrdiff_t>(node));
  }
  CHECK(grown<tl::Deterministic>(tl::ShapedGrowth(shape), 50, 4).size() == shape.size());
  CHECK(grown<tl::Deterministic>(tl::ShapedGrowth(shape), 50, 4, 1).size() == 4);
  CHECK(grown<tl::Deterministic>(tl::ShapedGrowth(tl::TreeShape{}), 50, 4).size() == 1);
}

TEST_CASE("a child drawn twice has one subtree") {
  const std::vector<std::size_t> branches{4, 3};
  const tl::ShapedGrowth growth(tl::TreeShape::branching(branches));
  std::size_t repeats = 0;
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    const auto tree = grown<tl::SampledIndependently>(growth, 5, seed);
    std::size_t expanded = 0;
    for (std::size_t node = 1; node != tree.size(); ++node)
      if (tree.depth(node) == 1) {
        CHECK(tree.children(node).size() == 3);
        ++expanded;
      }
    CHECK(tree.children(0).size() == 4);
    repeats += 4 - expanded;
  }
  CHECK(repeats > 0);
}

TEST_CASE("a deterministic tree that grows by confidence has the most confident nodes that there are") {
  const tl::ConfidentGrowth::Options options{.size = 12, .depth = 4, .width = 3, .branches = 4};
  const auto tree = grown<tl::Deterministic>(tl::ConfidentGrowth(options), 60, 0);
  REQUIRE(tree.size() == 12);
  CHECK(tree.depth() <= 4);
  // Nothing that is missing beside or below a node is more confident than what is there.
  double least = 1;
  for (std::size_t node = 0; node != tree.size(); ++node) least = std::min(least, tree.confidence(node));
  for (std::size_t node = 1; node != tree.size(); ++node)
    CHECK(tree.confidence(node) <= tree.confidence(static_cast<std::size_t>(tree.nodes()[node].parent)));
  const auto whole =
      grown<tl::Deterministic>(tl::ConfidentGrowth({.size = 1000, .depth = 4, .width = 3, .branches = 4}), 60, 0);
  std::size_t better = 0;
  for (std::size_t node = 0; node != whole.size(); ++node) better += whole.confidence(node) > least;
  CHECK(better < 12);
}

TEST_CASE("a sampled tree that grows by confidence stops at its size") {
  for (std::uint64_t seed = 0; seed != 10; ++seed) {
    const tl::ConfidentGrowth growth({.size = 12, .depth = 4, .width = 3, .branches = 4});
    const auto tree = grown<tl::SampledWithoutReplacement>(growth, 60, seed);
    CHECK(tree.size() == 12);
    CHECK(grown<tl::SampledIndependently>(growth, 60, seed).size() <= 12);
    CHECK(grown<tl::SampledWithoutReplacement>(growth, 60, seed, 1).size() == 5);
  }
  CHECK_THROWS_AS(tl::ConfidentGrowth({.size = 0}), tl::Error);
}
