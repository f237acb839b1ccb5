// expect: tl: the direction has not the shape of a row at this hook point (d_model against d_mlp, say)
#include <tl/model/direction.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  const auto v = tl::difference<"blocks.3.hook_resid_post">(model, tokens, tokens);
  model.run(tokens, tl::steer<TL_WRONG("blocks.3.mlp.hook_post", "blocks.3.hook_mlp_out")>(v, 4));
}
