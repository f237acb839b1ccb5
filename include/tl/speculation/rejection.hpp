#pragma once
// The verification rule of recursive rejection sampling.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/random_numbers.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/step_context.hpp>
#include <tl/decode/token_picker.hpp>
#include <tl/speculation/residual.hpp>
#include <tl/speculation/token_tree.hpp>

namespace TL_NAMESPACE {

// Accepts children by Residual, which makes the text's distribution the target's, whatever the draft: without
// replacement Sequoia's rule, of independent children SpecInfer's, and of chosen ones EAGLE's, which is exact for drawn
// ones too but accepts fewer. A text so sampled is another than without speculation, for other random numbers decide;
// its distribution is the same. One value a thread: it keeps its memory.
template <Proposal P>
class Rejection {
 public:
  // The token behind a node of the tree, whose logits [d_vocab], not yet shaped, are overwritten; it is the child's
  // that was accepted, or no child's. Numbers are those of Purpose::accept and Purpose::draw at the position.
  // O(d_vocab) for the node and each child rejected. Throws Error as the picker does, and where the draft has another
  // vocabulary.
  template <Proposal Of, TokenPicker Picker>
  Token operator()(const TokenTree<Of>& tree, std::size_t node, std::span<float> logits, const Picker& pick,
                   const StepContext& context, RandomKey key) {
    static_assert(SampledProposal<Of> || !SampledProposal<P>,
                  "tl: children that were chosen cannot be accepted with p/q, which is exact for children drawn from q "
                  "only: verify them with Rejection<Deterministic> or Match");
    static_assert(!SampledProposal<Of> || !SampledProposal<P> || std::same_as<P, Of>,
                  "tl: children drawn without replacement are verified against what was left of q at each, independent "
                  "ones against all of q: give a tree Rejection of its own kind, or Match");
    static_assert(KnowsDistribution<Picker>,
                  "tl: rejection decides by probabilities, so the pipeline has to end in a draw that knows its "
                  "distribution (Greedy, Multinomial); Match takes any");
    if constexpr (KnowsDistribution<Picker> && (std::same_as<P, Of> || !SampledProposal<P>)) {
      pick.distribution(logits, context, residual_.target(logits.size()));
      const auto nodes = tree.children(node);
      const auto token_of = [&](std::size_t child) { return tree.token(child); };
      const auto foreign = [&](Token token) { return token < 0 || static_cast<std::size_t>(token) >= logits.size(); };
      if (std::ranges::any_of(nodes, foreign, token_of)) refuse(logits.size());
      if constexpr (SampledProposal<P>) {
        if (!nodes.empty() && tree.q(node).size() != logits.size()) refuse(logits.size());
        residual_.begin(nodes.empty() ? std::span<const float>{} : tree.q(node));
      } else {
        residual_.begin();
      }
      RandomNumbers<Purpose::accept> accept(key, context.position);
      const auto accepts = [&](double probability) { return accept.uniform() < probability; };
      const std::size_t accepted = first_accepted(residual_, nodes, accepts, token_of);
      if (accepted != nodes.size()) return token_of(nodes[accepted]);
      RandomNumbers<Purpose::draw> draw(key, context.position);
      return residual_.draw(draw.uniform());
    }
  }

 private:
  [[noreturn]] static void refuse(std::size_t d_vocab) {
    throw Error("the draft has another vocabulary than the model's of ", d_vocab,
                " tokens: a draft must have the model's own tokens");
  }

  Residual<P> residual_;
};

}  // namespace TL_NAMESPACE
