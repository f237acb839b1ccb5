#pragma once
// The distribution that a node's next child is drawn from, given those before it.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/token.hpp>
#include <tl/decode/cumulative_weights.hpp>
#include <tl/speculation/proposal.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Children are drawn from it and verified against it: one text for both, so the two cannot disagree. Keeps its memory
// from node to node.
template <Proposal P>
class NextChild {
 public:
  // Before the first child: q [d_vocab], up to a factor.
  void begin(std::span<const float> q) {
    weights_.assign(q.begin(), q.end());
    taken_.clear();
    sums_ = CumulativeWeights(weights_.size(), weight_of());
  }

  // The probability of a token is weight / total.
  double weight(Token token) const { return weights_[static_cast<std::size_t>(token)]; }
  double total() const { return sums_.total(); }
  std::span<const float> weights() const { return weights_; }

  // The token at u in [0, 1).
  Token draw(double u) const { return static_cast<Token>(sums_.draw(u, weight_of())); }

  // The next child is this token. Without replacement it leaves the distribution; once nothing is left of q, all tokens
  // that are not children are equally probable. (Not taken: the last token there is.)
  void take([[maybe_unused]] Token token) {
    if constexpr (std::same_as<P, SampledWithoutReplacement>) {
      const auto index = static_cast<std::size_t>(token);
      weights_[index] = 0;
      sums_.changed(index, weight_of());
      taken_.push_back(token);
      if (total() > 0) return;
      std::ranges::fill(weights_, 1.0f);
      for (const Token child : taken_) weights_[static_cast<std::size_t>(child)] = 0;
      sums_ = CumulativeWeights(weights_.size(), weight_of());
    }
  }

 private:
  auto weight_of() const {
    return [weights = weights_.data()](std::size_t i) { return double{weights[i]}; };
  }

  std::vector<float> weights_;
  std::vector<Token> taken_;
  CumulativeWeights sums_;
};

// Children that were chosen come from no distribution.
template <>
class NextChild<Deterministic> {};

}  // namespace TL_NAMESPACE
