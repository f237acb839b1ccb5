// expect: tl: the children of a sampled tree are drawn by the tree, from the draft's logits
#include <tl/speculation/token_tree.hpp>

void propose(tl::TokenTree<TL_WRONG(tl::SampledWithoutReplacement, tl::Deterministic)>& tree,
             std::span<const tl::Token> tokens) {
  tree.expand(0, tokens);
}
