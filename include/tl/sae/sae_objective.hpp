#pragma once
// What an SAE is trained for: how its features are chosen from the pre-activations, and what is added to the squared
// error. Names and defaults are SAELens' (6.54).
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>
#include <tl/sae/sae_config.hpp>
#include <vector>

namespace TL_NAMESPACE {

// batchtopk and matryoshka_batchtopk are ways of training: the result is a jumprelu SAE.
enum class SaeObjectiveKind { standard, gated, jumprelu, topk, batchtopk, matryoshka_batchtopk };

constexpr std::string_view name(SaeObjectiveKind kind) {
  constexpr std::string_view names[]{"standard", "gated", "jumprelu", "topk", "batchtopk", "matryoshka_batchtopk"};
  return names[static_cast<std::size_t>(kind)];
}

struct SaeObjective {
  SaeObjectiveKind kind = SaeObjectiveKind::topk;

  // standard, gated: of the L1 penalty; jumprelu: of L0. Per example: a sum over features, a mean over the batch.
  float sparsity_coefficient = 1;

  float k = 32;                              // topk: features of a row; batchtopk: of a row on the average
  bool rescale_acts_by_decoder_norm = true;  // what is ranked is a feature times the norm of its decoder row
  // Dead features reconstruct what is left: SAELens 1, d_in / 2 features (here 0 stands for that); OpenAI 1/32, 256.
  float aux_loss_coefficient = 1;
  std::size_t k_aux = 0;
  std::vector<std::size_t> matryoshka_widths{};  // ascending, all below d_sae, which is the last
  float topk_threshold_lr = .01f;                // batchtopk: of the moving average that becomes the threshold

  float jumprelu_init_threshold = .01f, jumprelu_bandwidth = .05f;
  bool jumprelu_tanh = false;  // the penalty is tanh(scale f |W_dec|) of each feature instead of its step
  float jumprelu_tanh_scale = 4;
  bool jumprelu_ste_to_input = false;  // the step's gradient reaches the encoder too
  float pre_act_loss_coefficient = 0;  // jumprelu: pulls dead features up to their thresholds

  // What comes out is such an SAE.
  constexpr SaeArchitecture architecture() const {
    switch (kind) {
      case SaeObjectiveKind::standard:
        return SaeArchitecture::standard;
      case SaeObjectiveKind::gated:
        return SaeArchitecture::gated;
      case SaeObjectiveKind::topk:
        return SaeArchitecture::topk;
      default:
        return SaeArchitecture::jumprelu;
    }
  }
  constexpr bool ranks() const {
    return kind == SaeObjectiveKind::topk || kind == SaeObjectiveKind::batchtopk ||
           kind == SaeObjectiveKind::matryoshka_batchtopk;
  }

  friend bool operator==(const SaeObjective&, const SaeObjective&) = default;
};

// Throws Error where the objective cannot train such an SAE.
inline void check(const SaeObjective& objective, const SaeConfig& config) {
  if (config.d_in == 0 || config.d_sae == 0 || config.d_out == 0)
    throw Error("an SAE of d_in ", config.d_in, ", d_sae ", config.d_sae, " and d_out ", config.d_out,
                " cannot be trained: each must be 1 or more");
  if (config.architecture == SaeArchitecture::transcoder) {
    if (objective.kind != SaeObjectiveKind::standard)
      throw Error("a transcoder is trained with the objective standard, not ", name(objective.kind));
    if (config.apply_b_dec_to_input)
      throw Error("a transcoder's b_dec is no part of its input: set apply_b_dec_to_input to false");
  } else if (config.architecture != objective.architecture()) {
    throw Error("the objective ", name(objective.kind), " trains an SAE of architecture ",
                name(objective.architecture()), ", not ", name(config.architecture));
  } else if (config.d_out != config.d_in) {
    throw Error("an SAE reconstructs its input: d_out must be d_in, ", config.d_in, ", not ", config.d_out);
  }
  if (objective.ranks() && !(objective.k >= 1 && objective.k <= static_cast<float>(config.d_sae)))
    throw Error("k must be at least 1 and at most d_sae, ", config.d_sae);
  for (std::size_t i = 0; i != objective.matryoshka_widths.size(); ++i)
    if (objective.matryoshka_widths[i] <= (i == 0 ? 0 : objective.matryoshka_widths[i - 1]) ||
        objective.matryoshka_widths[i] >= config.d_sae)
      throw Error("matryoshka widths must ascend and stay below d_sae, ", config.d_sae);
  if (objective.kind == SaeObjectiveKind::matryoshka_batchtopk && objective.matryoshka_widths.empty())
    throw Error("a Matryoshka SAE needs widths below d_sae, such as ", config.d_sae / 4);
  if (objective.kind == SaeObjectiveKind::jumprelu && !(objective.jumprelu_bandwidth > 0))
    throw Error("the bandwidth of jumprelu must be greater than 0");
}

}  // namespace TL_NAMESPACE
