#pragma once
// Typed SAEs with random weights for the small models of tests/model.
#include <cstdint>
#include <random>
#include <tl/sae/sae.hpp>
#include <tl/sae/transcoder.hpp>

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

// An SAE of the type S, the same for the same seed. `bias` moves how many features are active.
template <class S>
S random_typed_sae(std::uint32_t seed = 1, float bias = -0.5f) {
  const tl::SaeConfig config = S::expected();
  return S(config, random_sae_weights(config, seed, bias), {.threads = 1});
}

template <class T>
T random_typed_transcoder(std::uint32_t seed = 1, float bias = -0.5f) {
  const tl::SaeConfig config = T::expected();
  return T(config, random_sae_weights(config, seed, bias), {.threads = 1});
}
