// expect: tl: the value has not the shape of a row at this hook point (d_model against d_mlp, say)
#include <tl/hooks/ablate.hpp>
#include <tl/model/gpt2.hpp>

using Mean = tl::TensorView<const float, tl::Dim<"head", 12>, tl::Dim<TL_WRONG("d_model", "d_head"), 64>>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens, Mean mean) {
  model.run(tokens, tl::ablate<"blocks.3.attn.hook_z">(mean, {1}));
}
