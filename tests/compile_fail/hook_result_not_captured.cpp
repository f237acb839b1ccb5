// expect: tl: this run did not capture that point; give it capture<"...">() of the name
#include <tl/model/gpt2.hpp>

using namespace tl::literals;

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  const auto run = model.run(tokens, tl::capture<"blocks.3.attn.hook_pattern">());
  run[TL_WRONG("blocks.4.attn.hook_pattern"_hook, "blocks.3.attn.hook_pattern"_hook)];
}
