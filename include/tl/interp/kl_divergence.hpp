#pragma once
// How far one row of logits is from another, as distributions.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

// A row of logits and the logarithm of the sum of their exponentials.
struct LogitRow {
  std::span<const float> logits;
  float log_sum_exp;
};

// KL(p || q) = sum of p (log p - log q), in nats; `probabilities` are p's. What is left of rounding where the two are
// alike may be below 0, and is 0 then.
inline double kl_divergence(std::span<const float> probabilities, const LogitRow& p, const LogitRow& q) {
  double sum = 0;
  for (std::size_t v = 0; v != probabilities.size(); ++v)
    sum +=
        static_cast<double>(probabilities[v]) * (static_cast<double>(p.logits[v]) - static_cast<double>(q.logits[v]));
  return std::max(0., sum - (static_cast<double>(p.log_sum_exp) - static_cast<double>(q.log_sum_exp)));
}

}  // namespace TL_NAMESPACE
