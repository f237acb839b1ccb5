#pragma once
// How undecided a distribution over tokens is.
#include <cmath>
#include <span>
#include <tl/decode/logits.hpp>

namespace TL_NAMESPACE {

// -sum p log p of p = softmax(logits), in nats; 0 where no token is left. With w = e^(logit - greatest) it is
// log(sum w) - sum w (logit - greatest) / sum w, so that no p is formed and nothing overflows.
inline double entropy(std::span<const float> logits) {
  const float top = greatest_logit(logits);
  double total = 0, below = 0;
  for (const float logit : logits)
    if (const double w = relative_probability(logit, top); w > 0) {
      total += w;
      below += w * (static_cast<double>(logit) - static_cast<double>(top));
    }
  return total > 0 ? std::log(total) - below / total : 0;
}

}  // namespace TL_NAMESPACE
