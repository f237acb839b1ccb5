#pragma once
// What proposes tokens.
#include <cstddef>
#include <tl/model/config.hpp>
#include <tl/speculation/token_tree.hpp>
#include <tl/speculation/verify.hpp>

namespace TL_NAMESPACE {

// `proposal` is the kind of the trees that it grows. begin(config, texts) is called before the first step of some texts
// for a model of that configuration: what the draft remembers is of these. It throws Error where it cannot serve the
// model. grow(text, so_far, tree, most_depth) gives descendants to the root of a text's tree, no deeper than
// most_depth; since the last call so_far has got the tokens that were committed, and lost none. fixed_depth() is the
// depth of trees that always have the same shape, else 0.
template <class D>
concept Draft = Proposal<typename D::proposal> &&
    requires(D& draft, const D& done, const Config& config, std::size_t text, const GrowingText& so_far,
             TokenTree<typename D::proposal>& tree, std::size_t most_depth) {
  draft.begin(config, text);
  draft.grow(text, so_far, tree, most_depth);
  { done.fixed_depth() } -> std::same_as<std::size_t>;
};

}  // namespace TL_NAMESPACE
