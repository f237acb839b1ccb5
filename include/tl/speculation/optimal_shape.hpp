#pragma once
// The shape of token tree that gives the most tokens for its cost (Chen et al., "Sequoia: scalable, robust and
// hardware-aware speculative decoding", 2024).
#include <cstddef>
#include <span>
#include <tl/speculation/tree_shape.hpp>

namespace TL_NAMESPACE {

// What a step costs, in any unit: rows[n - 1] is the target's pass over n rows, as measured; draft_level is one level
// of drafts.
struct StepCost {
  std::span<const double> rows;
  double draft_level = 0;
};

struct OptimalShape {
  TreeShape shape{};   // the root alone where speculation does not pay
  double tokens = 1;   // a step, TreeShape::expected_tokens
  double speedup = 1;  // tokens in a unit of cost, over those of one row a token
};

// The shape of at most `most_depth` levels of drafts that has the greatest G(n, d) / (t(n) + d draft_level), G being
// the greatest number of tokens expected of n nodes in d levels; n is at most the number of costs measured.
// acceptance[b] is the probability that the b-th child of a node, from 0, is the first accepted; a node has no more
// children than that. Among equals the fewest nodes. O(n^2 d k). Throws Error where probabilities are negative or sum
// to more than 1, no cost was measured, or one is not positive.
OptimalShape optimal_shape(std::span<const double> acceptance, const StepCost& cost, std::size_t most_depth);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/speculation/optimal_shape-inl.hpp>
#endif
