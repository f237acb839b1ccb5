// expect: tl: the policy at this hook point cannot be called with (View, Context)
#include <tl/model/gpt2.hpp>

using Heads = tl::TensorView<float, tl::Dim<"row">, tl::Dim<"head">, tl::Dim<TL_WRONG("d_model", "d_head")>>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::edit<"blocks.3.attn.hook_z">([](Heads z, tl::Context) { fill(z, 0); }));
}
