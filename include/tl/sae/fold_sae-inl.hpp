#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/hooks/convert_basis.hpp>
#include <tl/sae/check_sae.hpp>
#include <tl/sae/fold_sae.hpp>

namespace TL_NAMESPACE {

TL_INLINE void fold_W_dec_norm(SaeConfig& config, SaeWeights& weights) {
  check_sae(config, weights);
  if (config.architecture == SaeArchitecture::topk && !config.rescale_acts_by_decoder_norm)
    throw Error(
        "the decoder norms of this topk SAE cannot be folded: it does not rank features by them, so others "
        "would be active");
  for (std::size_t i = 0; i != config.d_sae; ++i) {
    double sum = 0;
    float* const row = weights.W_dec.data() + i * config.d_out;
    for (std::size_t c = 0; c != config.d_out; ++c) sum += static_cast<double>(row[c]) * static_cast<double>(row[c]);
    const auto norm = std::max(static_cast<float>(std::sqrt(sum)), 1e-8f);
    for (std::size_t c = 0; c != config.d_out; ++c) row[c] /= norm;
    for (std::size_t c = 0; c != config.d_in; ++c) weights.W_enc[c * config.d_sae + i] *= norm;
    // r_mag stays: it multiplies what was scaled already.
    for (auto* bias : {&weights.b_enc, &weights.threshold, &weights.b_gate, &weights.b_mag})
      if (!bias->empty()) (*bias)[i] *= norm;
  }
}

TL_INLINE void fold_activation_norm_scaling_factor(SaeConfig& config, SaeWeights& weights, float c) {
  check_sae(config, weights);
  if (!(c > 0) || !std::isfinite(c)) throw Error("a scaling factor is above 0 and finite, and ", c, " was given");
  if (config.normalisation != SaeNormalisation::none &&
      config.normalisation != SaeNormalisation::expected_average_only_in)
    throw Error("a scaling factor was given to fold into an SAE that normalises by ", name(config.normalisation));
  for (float& w : weights.W_enc) w *= c;
  for (auto* decodes : {&weights.W_dec, &weights.b_dec})
    for (float& w : *decodes) w /= c;
  config.normalisation = SaeNormalisation::none;
}

namespace detail {

inline void require_residual_sae(const SaeConfig& config, bool centred) {
  if (is_transcoder(config.architecture))
    throw Error("a transcoder's two hook points may be in different bases: it is not converted");
  if (config.site.center_writing_weights != centred)
    throw Error("the SAE is in the ", centred ? "raw" : "centred", " residual basis already");
}

// Adds shift[i], given for W_enc's products, to the biases of feature i.
inline void shift_features(SaeWeights& weights, std::size_t i, double shift) {
  const auto add = [&](AlignedVector<float>& bias, double what) {
    if (!bias.empty()) bias[i] = static_cast<float>(static_cast<double>(bias[i]) + what);
  };
  add(weights.b_enc, shift);
  add(weights.b_gate, shift);
  if (!weights.b_mag.empty()) add(weights.b_mag, shift * std::exp(static_cast<double>(weights.r_mag[i])));
}

inline double mean_of(const AlignedVector<float>& values) {
  double sum = 0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

}  // namespace detail

TL_INLINE void fold_centring(SaeConfig& config, SaeWeights& weights) {
  check_sae(config, weights);
  detail::require_residual_sae(config, true);
  if (config.normalisation == SaeNormalisation::constant_norm_rescale)
    throw Error(
        "an SAE that normalises by constant_norm_rescale has no counterpart in the raw residual basis: the mean "
        "that centring takes out counts in a norm");
  const double mean = config.apply_b_dec_to_input ? detail::mean_of(weights.b_dec) : 0;
  for (std::size_t i = 0; i != config.d_sae; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c != config.d_in; ++c) sum += static_cast<double>(weights.W_enc[c * config.d_sae + i]);
    const double column_mean = sum / static_cast<double>(config.d_in);
    for (std::size_t c = 0; c != config.d_in; ++c) {
      float& w = weights.W_enc[c * config.d_sae + i];
      w = static_cast<float>(static_cast<double>(w) - column_mean);
    }
    // b_dec is taken from the input and has a mean of its own, which these columns do not see any more.
    detail::shift_features(weights, i, -mean * sum);
  }
  config.site.center_writing_weights = false;
}

TL_INLINE void fold_out_mean(SaeConfig& config, SaeWeights& weights) {
  check_sae(config, weights);
  detail::require_residual_sae(config, false);
  if (config.normalisation != SaeNormalisation::layer_norm)
    throw Error("an SAE of the raw residual basis that normalises by ", name(config.normalisation),
                " reads a mean that the centred stream has not; only layer_norm takes it away");
  const double mean = config.apply_b_dec_to_input ? detail::mean_of(weights.b_dec) : 0;
  for (std::size_t i = 0; i != config.d_sae; ++i) {
    double sum = 0;
    for (std::size_t c = 0; c != config.d_in; ++c) sum += static_cast<double>(weights.W_enc[c * config.d_sae + i]);
    detail::shift_features(weights, i, -mean * sum);
  }
  detail::take_means_out(weights.W_dec, config.d_out);
  detail::take_means_out(weights.b_dec, config.d_out);
  config.site.center_writing_weights = true;
}

}  // namespace TL_NAMESPACE
