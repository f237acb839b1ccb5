#pragma once
// How often drafts were accepted, as measured.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/speculation/token_tree.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Counts over steps. A count is of the drafts that a walk came to, so that what is rarely reached is not taken for
// rarely accepted.
class AcceptanceCounts {
 public:
  // A step: its tree, and what verify() gave. Where the text ended it is not known what would have become of the
  // children of the last node.
  template <Proposal P>
  void add(const TokenTree<P>& tree, std::span<const std::size_t> path, bool goes_on) {
    ++steps_;
    tokens_ += path.size();
    for (std::size_t i = 0; i + (goes_on ? 0 : 1) < path.size(); ++i) {
      const auto children = tree.children(path[i]);
      if (children.empty()) continue;
      const auto accepted = i + 1 == path.size() ? children.end() : std::ranges::find(children, path[i + 1]);
      count(by_depth_, i, accepted != children.end());
      for (auto child = children.begin(); child != children.end(); ++child) {
        count(by_child_, static_cast<std::size_t>(child - children.begin()), child == accepted);
        if (child == accepted) break;
      }
    }
  }

  std::size_t steps() const { return steps_; }
  // Committed, bonus tokens included, for each pass of the target.
  double tokens_per_step() const {
    return steps_ == 0 ? 0 : static_cast<double>(tokens_) / static_cast<double>(steps_);
  }
  // The probability that the b-th child of a node, from 0, is the first accepted, were there so many at every node:
  // what optimal_shape() asks for. Of the shares p / n of those accepted among those offered, so the sum is at most 1
  // (Kaplan and Meier, 1958).
  std::vector<double> by_child() const {
    double left = 1;
    std::vector<double> result;
    for (const Count& one : by_child_) {
      result.push_back(left * one.share());
      left -= result.back();
    }
    return result;
  }
  // The probability that some child is accepted, of the nodes at depth 0, 1, ... that had one.
  std::vector<double> by_depth() const {
    std::vector<double> result;
    for (const Count& one : by_depth_) result.push_back(one.share());
    return result;
  }

 private:
  struct Count {
    std::size_t offered = 0, accepted = 0;
    double share() const { return static_cast<double>(accepted) / static_cast<double>(offered); }
  };
  static void count(std::vector<Count>& counts, std::size_t index, bool accepted) {
    if (counts.size() <= index) counts.resize(index + 1);
    ++counts[index].offered;
    counts[index].accepted += accepted;
  }

  std::size_t steps_ = 0, tokens_ = 0;
  std::vector<Count> by_child_, by_depth_;
};

}  // namespace TL_NAMESPACE
