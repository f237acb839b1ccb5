// A draft's trees are of what its model says behind each node, whatever of the last tree was accepted.
#include <tl/speculation/model_draft.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {

const auto& model() {
  static const auto one = random_model<odd>();
  return one;
}

// The model's logits behind a node, all of the text computed from its beginning.
template <Proposal P>
std::vector<float> behind(const TokenTree<P>& tree, std::size_t node, const GrowingText& text) {
  std::vector<Token> path;
  for (std::size_t at = node; at != TokenTree<P>::root; at = static_cast<std::size_t>(tree.nodes()[at].parent))
    path.insert(path.begin(), tree.token(at));
  std::vector<Token> tokens = text.tokens;
  tokens.insert(tokens.end(), path.begin(), path.end());
  const auto logits = model()(tokens);
  const auto last = logits(tokens.size() - 1).values();
  return {last.begin(), last.end()};
}

const TreeShape shape = TreeShape::branching(std::vector<std::size_t>{2, 2});

}  // namespace

TEST_CASE("children are drawn from the model's distribution behind their parent, bit for bit, from step to step") {
  auto draft = model_draft<SampledWithoutReplacement>(model(), ShapedGrowth(shape));
  draft.begin(odd, 1);
  GrowingText text{some_tokens(6, odd), 6, {.seed = 4}};
  TokenTree<SampledWithoutReplacement> tree;
  for (int step = 0; step != 4; ++step) {
    tree.begin(text.tokens.back(), text.tokens.size() - 1, text.key);
    draft.grow(0, text, tree, 10);
    REQUIRE(tree.size() == 7);
    for (std::size_t node = 0; node != tree.size(); ++node) {
      if (tree.children(node).empty()) continue;
      const auto logits = behind(tree, node, text);
      std::vector<float> q;
      for (const float logit : logits)
        q.push_back(static_cast<float>(relative_probability(logit, greatest_logit(logits))));
      CHECK(std::ranges::equal(tree.q(node), q));
    }
    // Accepted: both levels, one, none, and then a token that nobody proposed.
    std::size_t node = TokenTree<SampledWithoutReplacement>::root;
    for (int level = step; level < 2; ++level) text.tokens.push_back(tree.token(node = tree.children(node)[1]));
    text.tokens.push_back(static_cast<Token>(step));
  }
}

TEST_CASE("no token beyond the head is proposed, and no node deeper than the context of model or draft") {
  auto draft = model_draft<Deterministic>(model(), ShapedGrowth(TreeShape::chain(5)), {.head = 9});
  draft.begin(odd, 1);
  const auto grown = [&](std::size_t length, std::size_t most_depth) {
    GrowingText text{some_tokens(length, odd), length};
    TokenTree<Deterministic> tree;
    tree.begin(text.tokens.back(), length - 1);
    draft.grow(0, text, tree, most_depth);
    return tree;
  };
  const auto tree = grown(4, 5);
  REQUIRE(tree.depth() == 5);
  for (std::size_t node = 1; node != tree.size(); ++node) CHECK(tree.token(node) < 9);
  CHECK((draft.fixed_depth() == 5 && grown(5, 2).depth() == 2));
  CHECK((grown(89, 5).depth() == 2 && grown(90, 5).depth() == 1 && grown(91, 5).depth() == 0));
}
