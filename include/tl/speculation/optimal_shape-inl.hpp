#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/speculation/optimal_shape.hpp>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {

// The dynamic programme. A subtree of m nodes, in d levels below its first, whose first node is reached, is worth
// tree(m, d) = 1 + forest(m - 1, d, 0); m nodes among the children b, b + 1, ... of a node that is reached are worth
// forest(m, d, b) = max over y of acceptance[b] tree(y, d - 1) + forest(m - y, d, b + 1), y the nodes of child b.
class ShapeProgramme {
 public:
  ShapeProgramme(std::span<const double> acceptance, std::size_t most_nodes, std::size_t most_depth)
      : acceptance_(acceptance),
        nodes_(most_nodes),
        worth_((most_depth + 1) * (acceptance.size() + 1) * most_nodes, impossible),
        share_(worth_.size()) {
    for (std::size_t d = 0; d <= most_depth; ++d)
      for (std::size_t b = acceptance.size() + 1; b-- != 0;) {
        worth_[at(0, d, b)] = 0;
        if (d == 0 || b == acceptance.size()) continue;
        for (std::size_t m = 1; m != most_nodes; ++m)
          for (std::size_t y = 1; y <= m; ++y) {
            const double worth = acceptance[b] * tree(y, d - 1) + worth_[at(m - y, d, b + 1)];
            if (worth > worth_[at(m, d, b)]) worth_[at(m, d, b)] = worth, share_[at(m, d, b)] = y;
          }
      }
  }

  // Of exactly m nodes; -infinity where there is no such tree.
  double tree(std::size_t m, std::size_t d) const { return 1 + worth_[at(m - 1, d, 0)]; }

  // The shape that has tree(m, d).
  TreeShape shape(std::size_t m, std::size_t d) const {
    struct Subtree {
      std::size_t nodes, depth;
    };
    std::vector<Subtree> queue{{m, d}};  // breadth first
    std::vector<std::size_t> children;
    for (std::size_t i = 0; i != queue.size(); ++i) {
      const std::size_t depth = queue[i].depth;
      std::size_t left = queue[i].nodes - 1, b = 0;
      for (; left != 0; ++b) {
        const std::size_t y = share_[at(left, depth, b)];
        queue.push_back({y, depth - 1});
        left -= y;
      }
      children.push_back(b);
    }
    return TreeShape(std::move(children));
  }

 private:
  static constexpr double impossible = -std::numeric_limits<double>::infinity();
  std::size_t at(std::size_t m, std::size_t d, std::size_t b) const {
    return (d * (acceptance_.size() + 1) + b) * nodes_ + m;
  }

  std::span<const double> acceptance_;
  std::size_t nodes_;
  std::vector<double> worth_;
  std::vector<std::size_t> share_;
};

}  // namespace detail

TL_INLINE OptimalShape optimal_shape(std::span<const double> acceptance, const StepCost& cost, std::size_t most_depth) {
  double sum = 0;
  for (const double p : acceptance) {
    if (!(p >= 0)) throw Error("an acceptance probability is ", p, ": it must be in [0, 1]");
    sum += p;
  }
  if (sum > 1 + 1e-9)
    throw Error("the probabilities that a node's first, second, ... child is the first accepted sum to ", sum,
                ": at most 1 is possible");
  if (cost.rows.empty()) throw Error("no cost was measured: a tree shape needs that of one row at least");
  for (const double t : cost.rows)
    if (!(t > 0 && std::isfinite(t))) throw Error("a pass costs ", t, ": costs must be positive and finite");
  if (!(cost.draft_level >= 0)) throw Error("a level of drafts costs ", cost.draft_level, ": it cannot be negative");

  const std::size_t most_nodes = cost.rows.size();
  const detail::ShapeProgramme programme(acceptance, most_nodes, std::min(most_depth, most_nodes - 1));
  OptimalShape best;
  double best_rate = 1 / cost.rows[0];
  std::size_t best_nodes = 1, best_depth = 0;
  for (std::size_t n = 2; n <= most_nodes; ++n)
    for (std::size_t d = 1; d <= std::min(most_depth, n - 1); ++d) {
      const double tokens = programme.tree(n, d);
      const double rate = tokens / (cost.rows[n - 1] + static_cast<double>(d) * cost.draft_level);
      if (rate > best_rate) best_rate = rate, best_nodes = n, best_depth = d, best.tokens = tokens;
    }
  best.shape = programme.shape(best_nodes, best_depth);
  best.speedup = best_rate * cost.rows[0];
  return best;
}

}  // namespace TL_NAMESPACE
