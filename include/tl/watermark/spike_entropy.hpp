#pragma once
// How much of a watermark a distribution can carry.
#include <cmath>
#include <span>
#include <tl/decode/logits.hpp>

namespace TL_NAMESPACE {

// sum_k p_k / (1 + z p_k), z = (1 - gamma)(a - 1) / (1 + (a - 1) gamma), a = e^delta, of p = softmax(logits): between
// 1 / (1 + z), where one token is certain, and 1 / (1 + z / n), where n are equally likely (Kirchenbauer et al. 2023,
// Definition 2 with the modulus of Theorem 2).
inline double spike_entropy(std::span<const float> logits, double gamma, double delta) {
  const double more = std::expm1(delta), z = (1 - gamma) * more / (1 + more * gamma);
  const float top = greatest_logit(logits);
  double total = 0, spike = 0;
  for (const float logit : logits) total += relative_probability(logit, top);
  for (const float logit : logits) {
    const double p = relative_probability(logit, top) / total;
    spike += p / (1 + z * p);
  }
  return spike;
}

// The least share of green tokens to be expected at temperature 1 where positions have that mean spike entropy:
// gamma a / (1 + (a - 1) gamma) S (ibid., Theorem 2).
inline double least_green_share(double mean_spike_entropy, double gamma, double delta) {
  const double more = std::expm1(delta);
  return gamma * (1 + more) / (1 + more * gamma) * mean_spike_entropy;
}

}  // namespace TL_NAMESPACE
