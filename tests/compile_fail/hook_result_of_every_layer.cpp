// expect: tl: say which layer: a result is blocks.3.NAME, not blocks.*.NAME
#include <tl/model/gpt2.hpp>

using namespace tl::literals;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  const auto run = model.run(tokens, tl::capture<"blocks.*.attn.hook_pattern">());
  run[TL_WRONG("blocks.*.attn.hook_pattern"_hook, "blocks.3.attn.hook_pattern"_hook)];
}
