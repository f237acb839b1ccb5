#pragma once
// The shape of a token tree, decided before its tokens are.
#include <cstddef>
#include <numeric>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// How many children each node has, in breadth-first order from the root on, which is node 0.
class TreeShape {
 public:
  // Throws Error unless the children are as many as the nodes but the root, each behind its parent.
  explicit TreeShape(std::vector<std::size_t> children = {0}) : children_(std::move(children)) {
    std::size_t next = 1;  // the child to come
    for (std::size_t node = 0; node != size(); ++node) {
      if (node >= next)
        throw Error("node ", node, " of a tree shape is no other's child: only the root, node 0, is none");
      first_child_.push_back(next);
      depth_.push_back(node == 0 ? 0 : depth_[parent_[node]] + 1);
      if (node == 0) parent_.push_back(0);
      parent_.insert(parent_.end(), children_[node], node);
      next += children_[node];
    }
    if (next != size())
      throw Error("a tree shape counts ", next - 1, " children of ", size() - std::min<std::size_t>(size(), 1),
                  " nodes beside the root");
  }
  // One draft behind the other.
  static TreeShape chain(std::size_t depth) { return branching(std::vector<std::size_t>(depth, 1)); }
  // Each node at depth d has branches[d] children. Throws Error where that is more than 4096 nodes.
  static TreeShape branching(std::span<const std::size_t> branches) {
    std::vector<std::size_t> children;
    std::size_t level = 1;
    for (const std::size_t count : branches) {
      children.insert(children.end(), level, count);
      level *= count;
      if (children.size() + level > 4096) throw Error("a token tree of more than 4096 nodes");
    }
    children.insert(children.end(), level, 0);
    return TreeShape(std::move(children));
  }

  // The root included.
  std::size_t size() const { return children_.size(); }
  std::size_t depth() const { return depth_.back(); }
  std::size_t depth(std::size_t node) const { return depth_[node]; }
  std::size_t children(std::size_t node) const { return children_[node]; }
  std::size_t first_child(std::size_t node) const { return first_child_[node]; }

  // How many tokens a step commits on average, the bonus included, where the b-th child of a node, from 0, is the first
  // to be accepted with probability acceptance[b] wherever the node stands, and those beyond never: the sum over nodes
  // of the probability that the path reaches them.
  double expected_tokens(std::span<const double> acceptance) const {
    std::vector<double> reached(size(), 1);
    for (std::size_t node = 0; node != size(); ++node)
      for (std::size_t b = 0; b != children_[node]; ++b)
        reached[first_child_[node] + b] = b < acceptance.size() ? reached[node] * acceptance[b] : 0;
    return std::accumulate(reached.begin(), reached.end(), 0.0);
  }

  friend bool operator==(const TreeShape& a, const TreeShape& b) { return a.children_ == b.children_; }

 private:
  std::vector<std::size_t> children_, first_child_, parent_, depth_;
};

}  // namespace TL_NAMESPACE
