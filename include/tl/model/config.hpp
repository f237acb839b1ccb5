#pragma once
// What a GPT-2 is: its extents and the few choices the family knows. A structural type, so that a model is
// Gpt2<mine> for `inline constexpr Config mine{.n_layer = 4, ...}`; a size_t left `dynamic` is known at run time.
#include <cstddef>
#include <tl/core/dim.hpp>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

enum class Activation { gelu_tanh, gelu_exact, relu };
enum class Norm { layer_norm, none };

struct Config {
  std::size_t n_layer = dynamic, n_head = dynamic, d_model = dynamic, d_head = dynamic;
  std::size_t d_mlp = dynamic;  // 0: attention only
  std::size_t n_ctx = dynamic, d_vocab = dynamic;
  Activation activation = Activation::gelu_tanh;
  Norm norm = Norm::layer_norm;
  bool tied_unembed = true;  // W_U is the transpose of W_E
  float layer_norm_epsilon = 1e-5f;

  friend constexpr bool operator==(const Config&, const Config&) = default;
  // All extents are known at run time only, and so are the choices.
  constexpr bool is_dynamic() const { return n_layer == dynamic; }
};

inline constexpr Config dynamic_gpt2{};
inline constexpr Config gpt2_small{
    .n_layer = 12, .n_head = 12, .d_model = 768, .d_head = 64, .d_mlp = 3072, .n_ctx = 1024, .d_vocab = 50257};
inline constexpr Config gpt2_medium{
    .n_layer = 24, .n_head = 16, .d_model = 1024, .d_head = 64, .d_mlp = 4096, .n_ctx = 1024, .d_vocab = 50257};
inline constexpr Config gpt2_large{
    .n_layer = 36, .n_head = 20, .d_model = 1280, .d_head = 64, .d_mlp = 5120, .n_ctx = 1024, .d_vocab = 50257};
inline constexpr Config gpt2_xl{
    .n_layer = 48, .n_head = 25, .d_model = 1600, .d_head = 64, .d_mlp = 6400, .n_ctx = 1024, .d_vocab = 50257};
inline constexpr Config distilgpt2{
    .n_layer = 6, .n_head = 12, .d_model = 768, .d_head = 64, .d_mlp = 3072, .n_ctx = 1024, .d_vocab = 50257};
// The model that comes with the library (models/tinystories-6l).
inline constexpr Config tinystories_6l{
    .n_layer = 6, .n_head = 8, .d_model = 256, .d_head = 32, .d_mlp = 1024, .n_ctx = 512, .d_vocab = 4096};

}  // namespace TL_NAMESPACE
