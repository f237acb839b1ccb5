#pragma once
// The walk down a token tree that turns some of its drafts, and one token more, into text.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/step_context.hpp>
#include <tl/speculation/token_tree.hpp>
#include <vector>

namespace TL_NAMESPACE {

// A text that is being generated: prompt and generated tokens, the last of which has not run. The key is that of its
// random numbers.
struct GrowingText {
  std::vector<Token> tokens;
  std::size_t prompt_length = 0;
  RandomKey key{};
};

// From the root on: the rule decides the token behind a node, the text gets it, and where a child has it the walk goes
// on there. logits_of(node) gives a node's logits [d_vocab] as the model made them, which are overwritten; only nodes
// that the walk comes to are asked. go_on(token) sees every token that the text gets; false ends the text, and with it
// the walk: at a stop token, say, of which there may be one in the middle of a path.
//
// `path` becomes the nodes that decided a token: the root, and those accepted children behind which the text goes on.
// The text has got path.size() tokens; the nodes of the path are those of its tokens that belong into the cache, which
// never has the text's last. Returns false where the text has ended. Throws Error where the tree's root is not the
// text's last token, and as the rule does.
template <Proposal P, class Rule, class LogitsOf, class Picker, class GoOn>
bool verify(const TokenTree<P>& tree, Rule& rule, LogitsOf&& logits_of, const Picker& pick, GrowingText& text,
            GoOn&& go_on, std::vector<std::size_t>& path) {
  path.clear();
  if (text.tokens.empty() || text.tokens.back() != tree.token(TokenTree<P>::root))
    throw Error("the root of a token tree must be the last token of the text that it continues");
  for (std::size_t node = TokenTree<P>::root;;) {
    path.push_back(node);
    const StepContext context{text.tokens.size(), text.tokens, text.prompt_length};
    const Token token = rule(tree, node, std::span<float>(logits_of(node)), pick, context, text.key);
    text.tokens.push_back(token);
    if (!go_on(token)) return false;
    const auto children = tree.children(node);
    const auto child = std::ranges::find(children, token, [&](std::size_t c) { return tree.token(c); });
    if (child == children.end()) return true;
    node = *child;
  }
}

}  // namespace TL_NAMESPACE
