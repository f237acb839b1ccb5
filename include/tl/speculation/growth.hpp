#pragma once
// How a token tree grows: a level at a time, so that a draft model runs all nodes of a level in one pass.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/speculation/token_tree.hpp>
#include <tl/speculation/tree_shape.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// draft(tree, nodes) gives, for nodes of one depth, rows: rows(i) the logits [d_vocab] behind nodes[i], shaped, which
// stay valid until the next call.
template <class D, class Tree>
concept LevelDraft = requires(D& draft, const Tree& tree, std::span<const std::size_t> nodes, std::size_t i) {
  { draft(tree, nodes)(i) } -> std::convertible_to<std::span<const float>>;
};

// Grows trees of one shape. A child that is drawn twice has one subtree.
class ShapedGrowth {
 public:
  explicit ShapedGrowth(TreeShape shape) : shape_(std::move(shape)) {}
  const TreeShape& shape() const { return shape_; }

  // The tree has its root only. No node gets deeper than most_depth, the context that is left.
  template <Proposal P, LevelDraft<TokenTree<P>> Draft>
  void operator()(TokenTree<P>& tree, Draft& draft, std::size_t most_depth = std::numeric_limits<std::size_t>::max()) {
    // nodes_[i] of the tree is to have the children that places_[i] of the shape has.
    nodes_.assign(1, TokenTree<P>::root), places_.assign(1, 0);
    for (std::size_t depth = 0; depth != most_depth; ++depth) {
      std::size_t kept = 0;
      for (std::size_t i = 0; i != nodes_.size(); ++i)
        if (shape_.children(places_[i]) != 0) nodes_[kept] = nodes_[i], places_[kept++] = places_[i];
      if (kept == 0) return;
      nodes_.resize(kept), places_.resize(kept), next_nodes_.clear(), next_places_.clear();
      auto&& rows = draft(std::as_const(tree), std::span<const std::size_t>(nodes_));
      for (std::size_t i = 0; i != kept; ++i) {
        const std::size_t place = places_[i];
        const auto children = tree.expand(nodes_[i], std::span<const float>(rows(i)), shape_.children(place));
        for (std::size_t b = 0; b != children.size(); ++b) {
          if (!next_nodes_.empty() && children[b] <= next_nodes_.back()) continue;  // drawn before
          next_nodes_.push_back(children[b]), next_places_.push_back(shape_.first_child(place) + b);
        }
      }
      nodes_.swap(next_nodes_), places_.swap(next_places_);
    }
  }

 private:
  TreeShape shape_;
  std::vector<std::size_t> nodes_, places_, next_nodes_, next_places_;
};

// Grows trees whose shape follows the draft's confidence (Li et al., "EAGLE-2", 2024): of each level the `width` nodes
// of greatest confidence get `branches` children each. A deterministic tree then keeps its `size` best nodes of all
// levels. A sampled one stops growing at that size, for its nodes cannot be dropped for what they are.
class ConfidentGrowth {
 public:
  struct Options {
    std::size_t size = 16, depth = 5, width = 4, branches = 4;
  };
  // Throws Error where an option is 0.
  explicit ConfidentGrowth(Options options) : options_(options) {
    if (options.size == 0 || options.depth == 0 || options.width == 0 || options.branches == 0)
      throw Error("a tree that grows by confidence needs a size, a depth, a width and branches of 1 at least");
  }
  const Options& options() const { return options_; }

  template <Proposal P, LevelDraft<TokenTree<P>> Draft>
  void operator()(TokenTree<P>& tree, Draft& draft, std::size_t most_depth = std::numeric_limits<std::size_t>::max()) {
    level_.assign(1, TokenTree<P>::root);
    for (std::size_t depth = 0; depth != std::min(options_.depth, most_depth) && !level_.empty(); ++depth) {
      std::ranges::stable_sort(level_, std::ranges::greater{}, [&](std::size_t node) { return tree.confidence(node); });
      std::size_t expanded = std::min(options_.width, level_.size());
      if constexpr (SampledProposal<P>) {
        const std::size_t room = options_.size - std::min(options_.size, tree.size());
        expanded = std::min(expanded, (room + options_.branches - 1) / options_.branches);
      }
      if (expanded == 0) break;
      level_.resize(expanded);
      next_level_.clear();
      auto&& rows = draft(std::as_const(tree), std::span<const std::size_t>(level_));
      for (std::size_t i = 0; i != expanded; ++i) {
        std::size_t count = options_.branches;
        if constexpr (SampledProposal<P>) count = std::min(count, options_.size - tree.size());
        for (const std::size_t child : tree.expand(level_[i], std::span<const float>(rows(i)), count))
          if (next_level_.empty() || child > next_level_.back()) next_level_.push_back(child);
      }
      level_.swap(next_level_);
    }
    if constexpr (!SampledProposal<P>) tree.keep_best(options_.size);
  }

 private:
  Options options_;
  std::vector<std::size_t> level_, next_level_;
};

}  // namespace TL_NAMESPACE
