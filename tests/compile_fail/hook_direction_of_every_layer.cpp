// expect: tl: a direction is read at one layer: blocks.3.NAME
#include <tl/model/direction.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  tl::difference<TL_WRONG("blocks.*.hook_resid_post", "blocks.3.hook_resid_post")>(model, tokens, tokens);
}
