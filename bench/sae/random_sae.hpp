#pragma once
// Weights of an SAE as after training, as far as speed depends on them.
#include <cmath>
#include <random>
#include <tl/sae/sae_weights.hpp>

namespace bench {

inline tl::AlignedVector<float> normal(std::size_t n, float scale) {
  static std::mt19937 bits(1);
  std::normal_distribution<float> draw(0, scale);
  tl::AlignedVector<float> x(n);
  for (float& value : x) value = draw(bits);
  return x;
}

// Rows of the decoder have norm 1; W_enc is as its transpose would be. Of standard normal rows about one feature in 750
// is active, but for topk. Completes the widths of the configuration.
inline tl::SaeWeights random_sae_weights(tl::SaeConfig& config, std::size_t d_in, std::size_t d_sae) {
  config.d_in = config.d_out = d_in;
  config.d_sae = d_sae;
  tl::SaeWeights weights = tl::SaeWeights::zeros(config);
  const float deviation = 1 / std::sqrt(static_cast<float>(d_in));
  weights.W_enc = normal(d_in * d_sae, deviation);
  weights.W_dec = normal(d_in * d_sae, deviation);
  for (float& b : weights.b_enc) b = config.architecture == tl::SaeArchitecture::topk ? 0.f : -3.f;
  return weights;
}

}  // namespace bench
