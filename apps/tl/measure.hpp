#pragma once
// What `tl verify` can measure. Of several prompts it is the mean of what each gives, but for counts and extremes.
#include <string>

#include "expectations.hpp"
#include "model.hpp"

namespace tl::app {

//   loss                 of the prompt, in nats a token
//   logit_difference     of the answer less the foil, at the last position
//   logit, probability   of the answer, at the last position
//   rank                 of the answer: 0 is the likeliest
//   final_scale          of the final LayerNorm, at the last position
//   attribution          what `component` adds to the logit difference
//   attribution_error    how far the sum over all heads and neurons is from the logit difference; the greatest
//   components           of that sum
//   unembedding_bias     of the answer
//   token                the id of the answer
//   greedy               the text of the next `tokens` tokens, of one prompt
//   batched_greedy       prompts that go on otherwise when they run together, so many tokens long
//   cached_error         how far logits after `then` are, the prompt cached, from those of both in one; the greatest
//   head_sum_error       how far the heads' results and b_O are from attn_out, of numbers above 1 as a share; the
//   greatest reader_mean          of a column of W_Q, W_K, W_V or W_in over d_model; the greatest
// Throws Error where the row names what is not there. The model is processed as the row says.
Measured measure(const Model& model, const Expectation& row);

}  // namespace tl::app
