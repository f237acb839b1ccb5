#pragma once
// Recursive rejection sampling: children are offered one after another; whatever they are, the token that comes out has
// exactly the target's distribution.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <tl/core/token.hpp>
#include <tl/decode/cumulative_weights.hpp>
#include <tl/speculation/next_child.hpp>
#include <tl/speculation/proposal.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What is left to be drawn from at a node after some of its children were rejected. At first p, the target's
// distribution. A child c that came from a distribution Q is accepted with probability min(1, p[c] / Q[c]), and if not
// p becomes max(p - Q, 0), normalised (Leviathan, Kalman, Matias, "Fast inference from transformers via speculative
// decoding", 2023, for one child). Q is the distribution that this child was drawn from: what is left of the draft's
// without replacement (Sequoia), all of the draft's (SpecInfer), and for a child that was chosen a distribution that
// has no other token, which makes it p[c] and p without c. Keeps its memory from node to node.
template <Proposal P>
class Residual {
 public:
  // Room for p [d_vocab], up to a factor, which the caller writes before begin().
  std::span<double> target(std::size_t d_vocab) {
    p_.resize(d_vocab);
    return p_;
  }
  // Before the first child. Where children are drawn, with the draft's q [d_vocab], up to a factor.
  void begin(std::span<const float> q) requires SampledProposal<P> {
    q_.begin(q);
    sum();
  }
  void begin() requires(!SampledProposal<P>) { sum(); }

  // The probability that the next child, this one, is accepted.
  double acceptance(Token child) const {
    const double p = p_[static_cast<std::size_t>(child)];
    if constexpr (SampledProposal<P>) return std::min(1.0, p * q_.total() / (q_.weight(child) * sums_.total()));
    else return p / sums_.total();
  }

  // It was not.
  void reject(Token child) {
    const auto index = static_cast<std::size_t>(child);
    if constexpr (SampledProposal<P>) {
      const double of_p = 1 / sums_.total(), of_q = 1 / q_.total();
      const std::span<const float> q = q_.weights();
      for (std::size_t i = 0; i != p_.size(); ++i) p_[i] = std::max(p_[i] * of_p - double{q[i]} * of_q, 0.0);
      p_[index] = 0;  // exactly, for it was rejected
      sum();
      if (sums_.total() == 0) {  // p was Q but for rounding, which alone has rejected the child
        p_[index] = 1;
        sum();
      }
      q_.take(child);
    } else {
      p_[index] = 0;
      sums_.changed(index, weight_of());
    }
  }

  // The probability of a token, and the one at u in [0, 1), where no child is accepted.
  double probability(Token token) const { return p_[static_cast<std::size_t>(token)] / sums_.total(); }
  Token draw(double u) const { return static_cast<Token>(sums_.draw(u, weight_of())); }

 private:
  auto weight_of() const {
    return [p = p_.data()](std::size_t i) { return p[i]; };
  }
  void sum() { sums_ = CumulativeWeights(p_.size(), weight_of()); }

  std::vector<double> p_;
  CumulativeWeights sums_;
  [[no_unique_address]] NextChild<P> q_;
};

// Offers children, in the order drawn, to the residual until accepts(probability) says yes; the index of the accepted
// one, or their number. token_of(child) is a child's token.
template <class Residual, class Accepts, class Children, class TokenOf = std::identity>
std::size_t first_accepted(Residual& residual, const Children& children, Accepts&& accepts, TokenOf token_of = {}) {
  std::size_t index = 0;
  for (const auto& child : children) {
    if (accepts(residual.acceptance(token_of(child)))) break;
    residual.reject(token_of(child));
    ++index;
  }
  return index;
}

}  // namespace TL_NAMESPACE
