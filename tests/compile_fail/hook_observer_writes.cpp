// expect: assignment of read-only location
#include <tl/model/gpt2.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::TL_WRONG(observe, edit)<"blocks.3.attn.hook_z">([](auto z, tl::Context) { z(0, 0, 0) = 1; }));
}
