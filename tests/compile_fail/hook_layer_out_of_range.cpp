// expect: tl: this hook names a layer that the model does not have
#include <tl/model/gpt2.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::capture<TL_WRONG("blocks.12.hook_resid_post", "blocks.11.hook_resid_post")>());
}
