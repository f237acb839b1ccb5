#pragma once
// The verification rule that leaves a text as it is.
#include <cstddef>
#include <span>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/step_context.hpp>
#include <tl/decode/token_picker.hpp>
#include <tl/speculation/token_tree.hpp>

namespace TL_NAMESPACE {

// Draws as without speculation, with the same random numbers; a child is accepted where it is what was drawn. So the
// text is that of vanilla sampling with the same seed, token for token, for any picker and any kind of proposal, and at
// temperature 0 accepts what any rule can. Where tokens are sampled it accepts fewer than Rejection does.
struct Match {
  // The token behind a node of the tree, of its logits [d_vocab], which are overwritten. Throws Error as the picker
  // does.
  template <Proposal P, TokenPicker Picker>
  Token operator()(const TokenTree<P>&, std::size_t, std::span<float> logits, const Picker& pick,
                   const StepContext& context, RandomKey key) const {
    return pick(logits, context, key);
  }
};

}  // namespace TL_NAMESPACE
