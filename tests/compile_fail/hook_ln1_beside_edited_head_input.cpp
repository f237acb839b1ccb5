// expect: each head has a LayerNorm of its own, and ln1's points do not exist
#include <tl/model/gpt2.hpp>

void run(const tl::Gpt2<tl::gpt2_small>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::edit<"blocks.3.hook_q_input">([](auto, tl::Context) {}),
            tl::capture<TL_WRONG("blocks.3.ln1.hook_scale", "blocks.3.ln2.hook_scale")>());
}
