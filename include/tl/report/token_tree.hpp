#pragma once
// A tree of tokens that were proposed, and the path that was taken.
#include <cstddef>
#include <string>
#include <tl/report/figure.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

struct TokenTreeNode {
  std::string token;
  std::ptrdiff_t parent;  // an earlier node, or -1: the root, which is the first
  double probability;     // that the path was given; shown where it is hovered
  bool taken = false;     // on the path that was accepted
};

// The root at the left, children to the right of their parent; what was taken is drawn heavily. A token that none of
// the nodes had may follow the path.
struct TokenTree {
  std::string title;
  std::vector<TokenTreeNode> nodes;
  std::string next{};  // behind the last node that was taken; empty: none
  std::string note{};

  std::string svg() const;
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/token_tree-inl.hpp>
#endif
