#pragma once
// Typed SAEs with random weights for the small models of tests/model.
#include <cstdint>
#include <random>
#include <tl/sae/sae.hpp>
#include "../model/small_models.hpp"

inline tl::SaeWeights random_sae_weights(const tl::SaeConfig& config, std::uint32_t seed, float bias) {
  tl::SaeWeights weights = tl::SaeWeights::zeros(config);
  std::mt19937 bits(seed);
  std::normal_distribution<float> draw(0, 0.15f);
  for (auto* values :
       {&weights.W_enc, &weights.W_dec, &weights.b_dec, &weights.b_gate, &weights.b_mag, &weights.W_skip})
    for (float& value : *values) value = draw(bits);
  for (float& value : weights.b_enc) value = bias;
  for (float& value : weights.threshold) value = 0.1f;
  return weights;
}

// An SAE or transcoder of the type S, the same for the same seed. `bias` moves how many features are active.
template <class S>
S random_typed_sae(std::uint32_t seed = 1, float bias = -0.5f) {
  const tl::SaeConfig config = S::expected();
  return S(config, random_sae_weights(config, seed, bias), {.threads = 1});
}

// Of 70 features at one point of the model `odd`, whose weights are no random numbers.
inline tl::DynamicSae<float> sae_of_odd() {
  tl::SaeConfig config{.d_in = odd.d_model, .d_sae = 70, .d_out = odd.d_model};
  config.site.hook_name = "blocks.2.hook_resid_mid";
  tl::SaeWeights weights = tl::SaeWeights::zeros(config);
  for (std::size_t i = 0; i != weights.W_enc.size(); ++i) weights.W_enc[i] = static_cast<float>(i * 37 % 101) - 50;
  return tl::DynamicSae<float>(config, weights);
}
