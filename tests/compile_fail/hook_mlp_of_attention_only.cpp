// expect: tl: this hook names a point of the MLP, and the model has none
#include <tl/model/gpt2.hpp>

inline constexpr tl::Config attention_only{
    .n_layer = 2, .n_head = 12, .d_model = 768, .d_head = 64, .d_mlp = TL_WRONG(0, 3072), .n_ctx = 2048, .d_vocab = 50278};

void run(const tl::Gpt2<attention_only>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::capture<"blocks.1.mlp.hook_post">());
}
