#pragma once
// Typed SAEs with random weights for the small models of tests/model.
#include <cstdint>
#include <random>
#include <tl/sae/sae.hpp>

// An SAE of the type S, the same for the same seed. `bias` moves how many features are active.
template <class S>
S random_typed_sae(std::uint32_t seed = 1, float bias = -0.5f) {
  using A = typename S::activation_type;
  const tl::SaeConfig config{.architecture = A::architecture,
                             .d_in = S::d_in,
                             .d_sae = S::d_sae,
                             .d_out = S::d_in,
                             .k = A::k,
                             .normalisation = S::normalisation,
                             .site = {.hook_name = std::string(S::site.view()),
                                      .center_writing_weights = S::basis == tl::Basis::centred}};
  tl::SaeWeights weights = tl::SaeWeights::zeros(config);
  std::mt19937 bits(seed);
  std::normal_distribution<float> draw(0, 0.15f);
  for (auto* values : {&weights.W_enc, &weights.W_dec, &weights.b_dec, &weights.b_gate, &weights.b_mag})
    for (float& value : *values) value = draw(bits);
  for (float& value : weights.b_enc) value = bias;
  for (float& value : weights.threshold) value = 0.1f;
  return S(config, weights, {.threads = 1});
}
