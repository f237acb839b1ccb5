// expect: tl: this hook names a point of LayerNorm, and the model has none
#include <tl/model/gpt2.hpp>

inline constexpr tl::Config toy{
    .n_layer = 2, .n_head = 2, .d_model = 32, .d_head = 16, .d_mlp = 0, .n_ctx = 64, .d_vocab = 100, .norm = tl::Norm::TL_WRONG(none, layer_norm)};

void run(const tl::Gpt2<toy>& model, std::span<const tl::Token> tokens) {
  model.run(tokens, tl::capture<"ln_final.hook_scale">());
}
