#pragma once
// The rewritings of a model's weights that leave what it computes as it was and make its parts easier to read, as
// TransformerLens' from_pretrained does them. processed_weights.hpp carries them out.
#include <array>
#include <string>
#include <string_view>
#include <tl/hooks/basis.hpp>
#include <tl/model/config.hpp>
#include <utility>

namespace TL_NAMESPACE {

// Which of the steps are taken, always in this order:
// - fold_ln: LayerNorms' weights and biases go into the matrices that read them, and these lose their mean over
//   d_model. What is left of a LayerNorm has w = 1, b = 0, so its `hook_out` is its `hook_normalized`.
// - center_writing_weights: what is written to the residual stream loses its mean over d_model, which no LayerNorm sees.
// - center_unembed: W_U and b_U lose their mean over d_vocab. Logits change by a constant a position.
// - fold_value_biases: b_V goes through W_O into b_O, since a row of a pattern sums to 1 (unless a hook edits it).
// - refactor_factored_attn_matrices: W_Q W_K^T (biases included) and W_V W_O become products of their singular vectors;
//   b_V goes into b_O here too.
struct WeightProcessing {
  bool fold_ln = false;
  bool center_writing_weights = false;
  bool center_unembed = false;
  bool fold_value_biases = false;
  bool refactor_factored_attn_matrices = false;

  static constexpr WeightProcessing none() { return {}; }
  // All but the refactoring: TransformerLens' defaults.
  static constexpr WeightProcessing standard() {
    return {.fold_ln = true, .center_writing_weights = true, .center_unembed = true, .fold_value_biases = true};
  }

  friend constexpr bool operator==(const WeightProcessing&, const WeightProcessing&) = default;
  // The basis that the residual stream is in afterwards.
  constexpr Basis basis() const { return center_writing_weights ? Basis::centred : Basis::raw; }
};

// The steps by name.
inline constexpr std::array<std::pair<std::string_view, bool WeightProcessing::*>, 5> weight_processing_steps{{
    {"fold_ln", &WeightProcessing::fold_ln},
    {"center_writing_weights", &WeightProcessing::center_writing_weights},
    {"center_unembed", &WeightProcessing::center_unembed},
    {"fold_value_biases", &WeightProcessing::fold_value_biases},
    {"refactor_factored_attn_matrices", &WeightProcessing::refactor_factored_attn_matrices},
}};

// "none", or the steps that are taken: "fold_ln,center_unembed".
inline std::string to_string(const WeightProcessing& processing) {
  std::string text;
  for (const auto& [name, taken] : weight_processing_steps)
    if (processing.*taken) text += (text.empty() ? "" : ",") + std::string(name);
  return text.empty() ? "none" : text;
}

// What a model of `config` is after the processing. Each of the first three steps changes one of W_E and W_U only, or
// the two differently: they are no longer one matrix.
constexpr Config processed(Config config, const WeightProcessing& processing) {
  if (processing.fold_ln || processing.center_writing_weights || processing.center_unembed) config.tied_unembed = false;
  return config;
}

}  // namespace TL_NAMESPACE
