#pragma once
// How uncertain the next token is.
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/logits.hpp>

namespace TL_NAMESPACE {

struct Entropy {
  double nats = 0;             // of softmax(logits): 0 to ln(candidates); multiples of ln 2 are bits
  double max_probability = 0;  // of the likeliest token
  std::size_t candidates = 0;  // tokens that are not removed
};

// One pass behind the greatest logit: with z = logit - greatest and Z = sum e^z, H = ln Z - sum z e^z / Z. Both terms
// are positive, so nothing cancels and no probability is formed whose logarithm would be needed. Of no candidates all
// is 0. Throws Error where a logit is NaN or +inf.
inline Entropy entropy(std::span<const float> logits) {
  const float greatest = greatest_logit(logits);
  Entropy found;
  double sum = 0, weighted = 0;
  bool numbers = true;
  for (const float logit : logits) {
    numbers &= logit < std::numeric_limits<float>::infinity();
    const double weight = relative_probability(logit, greatest);
    found.candidates += logit > removed_logit;
    sum += weight;
    if (weight > 0) weighted += (double{logit} - double{greatest}) * weight;  // -inf * 0 is NaN
  }
  if (!numbers) throw Error("the entropy of logits that hold NaN or +inf was asked for: it has no value");
  if (found.candidates == 0) return found;
  found.nats = std::log(sum) - weighted / sum;
  found.max_probability = 1 / sum;
  return found;
}

}  // namespace TL_NAMESPACE
