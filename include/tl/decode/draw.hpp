#pragma once
// The draws that end a pipeline.
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/random_numbers.hpp>
#include <tl/decode/cumulative_weights.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>

namespace TL_NAMESPACE {

namespace detail {
// The greatest logit. Throws Error where no token is left, or a stage has overflowed.
inline float greatest_left(std::span<const float> logits, const StepContext& context) {
  const float top = greatest_logit(logits);
  if (top == removed_logit)
    throw Error("no token is left to draw at position ", context.position,
                ": a bias, a constraint or the model itself gives every token the logit -inf");
  if (top > std::numeric_limits<float>::max())
    throw Error("a logit at position ", context.position, " has become +inf: a bias or a penalty is too large");
  return top;
}
}  // namespace detail

// Each draw also writes the distribution that it draws from, up to a factor: for who decides by the probabilities
// whether to draw at all.

// The most probable token; the lowest index of equals. Throws Error where no token is left.
struct Greedy {
  Token operator()(std::span<const float> logits, const StepContext& context) const {
    return static_cast<Token>(std::ranges::find(logits, detail::greatest_left(logits, context)) - logits.begin());
  }
  void distribution(std::span<const float> logits, const StepContext& context, std::span<double> weights) const {
    std::ranges::fill(weights, 0.0);
    weights[static_cast<std::size_t>((*this)(logits, context))] = 1;
  }
};

// A token by its probability softmax(logits): the inverse of the cumulative distribution in index order, at the number
// uniform(key, position, Purpose::draw, 0). Sums are double. Throws Error where no token is left.
struct Multinomial {
  static constexpr Purpose purpose = Purpose::draw;

  // Each exponential is taken once, and nothing is stored but sums.
  Token operator()(std::span<const float> logits, const StepContext& context, RandomNumbers<purpose>& numbers) const {
    const float top = detail::greatest_left(logits, context);
    const auto weight = [=](std::size_t token) { return relative_probability(logits[token], top); };
    return static_cast<Token>(CumulativeWeights(logits.size(), weight).draw(numbers.uniform(), weight));
  }
  void distribution(std::span<const float> logits, const StepContext& context, std::span<double> weights) const {
    const float top = detail::greatest_left(logits, context);
    for (std::size_t i = 0; i != logits.size(); ++i) weights[i] = relative_probability(logits[i], top);
  }
};

}  // namespace TL_NAMESPACE
