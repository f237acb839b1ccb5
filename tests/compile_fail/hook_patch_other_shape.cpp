// expect: tl: the source has not the shape of this hook point (d_model against d_mlp, say)
#include <tl/hooks/patch.hpp>
#include <tl/model/gpt2.hpp>

// As many elements a position either way.
using Source = tl::TensorView<const float, tl::Dim<"pos">, tl::Dim<"head", 12>, tl::Dim<TL_WRONG("d_model", "d_head")>>;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens, Source source) {
  model.run(tokens, tl::patch<"blocks.3.attn.hook_z">(source));
}
