#pragma once
// The draws that end a pipeline.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/random_numbers.hpp>
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

// The most probable token; the lowest index of equals. Throws Error where no token is left.
struct Greedy {
  Token operator()(std::span<const float> logits, const StepContext& context) const {
    return static_cast<Token>(std::ranges::find(logits, detail::greatest_left(logits, context)) - logits.begin());
  }
};

// A token by its probability softmax(logits): the inverse of the cumulative distribution in index order, at the number
// uniform(key, position, Purpose::draw, 0). Sums are double. Throws Error where no token is left.
struct Multinomial {
  static constexpr Purpose purpose = Purpose::draw;

  Token operator()(std::span<const float> logits, const StepContext& context, RandomNumbers<purpose>& numbers) const {
    const float top = detail::greatest_left(logits, context);
    // Sums of blocks of tokens first, so that only the block that holds the draw is walked: each exponential is taken
    // once and nothing is stored but the sums.
    constexpr std::size_t blocks = 256;
    const std::size_t width = (logits.size() + blocks - 1) / blocks;
    const auto block = [&](std::size_t b) {
      const std::size_t first = std::min(b * width, logits.size());
      return logits.subspan(first, std::min(width, logits.size() - first));
    };
    std::array<double, blocks> sums{};
    double total = 0;
    for (std::size_t b = 0; b != blocks; ++b) {
      for (const float logit : block(b)) sums[b] += relative_probability(logit, top);
      total += sums[b];
    }
    const double target = numbers.uniform() * total;  // below total
    std::size_t b = 0;
    double below = 0;  // all blocks before b
    while (below + sums[b] <= target) below += sums[b++];
    std::size_t token = b * width;
    for (std::size_t i = token; const float logit : block(b)) {
      if (const double w = relative_probability(logit, top); w > 0) {
        token = i;  // also where rounding leaves the last sum short of the target
        below += w;
        if (below > target) break;
      }
      ++i;
    }
    return static_cast<Token>(token);
  }
};

}  // namespace TL_NAMESPACE
