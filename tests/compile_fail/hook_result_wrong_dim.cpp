// expect: tl: this tensor has no dimension of that name
#include <tl/model/gpt2.hpp>

using namespace tl::literals;

std::size_t run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  const auto run = model.run(tokens, tl::capture<"blocks.3.attn.hook_pattern">());
  return run["blocks.3.attn.hook_pattern"_hook].extent<TL_WRONG("d_head", "key_pos")>();
}
