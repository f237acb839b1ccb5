#pragma once
// What a sparse autoencoder is, as SAELens' cfg.json says it.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// What is loaded and saved. BatchTopK and Matryoshka SAEs are ways of training: they are saved as jumprelu.
enum class SaeArchitecture { standard, gated, jumprelu, topk, transcoder, skip_transcoder };

// What happens to an input before it is encoded, and is undone after decoding (but expected_average_only_in).
enum class SaeNormalisation { none, expected_average_only_in, constant_norm_rescale, layer_norm };

// As cfg.json writes them.
constexpr std::string_view name(SaeArchitecture architecture) {
  constexpr std::string_view names[]{"standard", "gated", "jumprelu", "topk", "transcoder", "skip_transcoder"};
  return names[static_cast<std::size_t>(architecture)];
}
constexpr std::string_view name(SaeNormalisation normalisation) {
  constexpr std::string_view names[]{"none", "expected_average_only_in", "constant_norm_rescale", "layer_norm"};
  return names[static_cast<std::size_t>(normalisation)];
}

constexpr bool is_transcoder(SaeArchitecture architecture) {
  return architecture == SaeArchitecture::transcoder || architecture == SaeArchitecture::skip_transcoder;
}

// Where an SAE was trained, as far as that decides how it is used.
struct SaeSite {
  std::string model_name{};
  std::string hook_name{};      // "blocks.6.hook_resid_pre"
  std::string hook_name_out{};  // transcoders: what is reconstructed; else empty
  std::optional<std::size_t> hook_head_index{};
  bool prepend_bos = true;
  bool center_writing_weights = false;  // of the model: the residual stream was centred
  std::optional<std::size_t> context_size{};

  friend bool operator==(const SaeSite&, const SaeSite&) = default;
};

struct SaeConfig {
  SaeArchitecture architecture = SaeArchitecture::standard;
  std::size_t d_in = 0, d_sae = 0;
  std::size_t d_out = 0;  // of a transcoder; else d_in
  std::size_t k = 0;      // topk: features that may be active at once
  bool apply_b_dec_to_input = true;
  bool rescale_acts_by_decoder_norm = false;  // topk: what is ranked is a feature times the norm of its decoder row
  SaeNormalisation normalisation = SaeNormalisation::none;
  bool reshape_hook_z = false;  // [head, d_head] is read as one vector
  SaeSite site{};

  friend bool operator==(const SaeConfig&, const SaeConfig&) = default;
};

}  // namespace TL_NAMESPACE
