#pragma once
// The smallest set of greatest logits whose weights reach a goal: top-k with weights of one, top-p with probabilities.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/decode/logits.hpp>
#include <utility>

namespace TL_NAMESPACE {

namespace detail {
// Calls visit(logit) for each logit in [low, high], in order. A block without any costs one vector comparison: after
// the first round most blocks have none, and two branches a logit would be mispredicted where the bounds lie amid them.
template <class Visit>
void for_each_between(std::span<const float> logits, float low, float high, Visit visit) {
  constexpr std::size_t block = 16;
  const auto between = [=](float logit) { return int{low <= logit} & int{logit <= high}; };
  std::size_t i = 0;
  for (; i + block <= logits.size(); i += block) {
    int any = 0;
    for (std::size_t lane = 0; lane != block; ++lane) any |= between(logits[i + lane]);
    if (any == 0) continue;
    for (std::size_t lane = 0; lane != block; ++lane)
      if (between(logits[i + lane])) visit(logits[i + lane]);
  }
  for (; i != logits.size(); ++i)
    if (between(logits[i])) visit(logits[i]);
}
}  // namespace detail

// Removes every token outside the smallest set of greatest logits whose weight(logit) >= 0 sum to goal(total) or more,
// where total is the weight of all tokens; among equal logits lower indices come first. Where all weights together do
// not reach the goal every token that has a weight stays.
//
// A descent instead of a sort: the logits between two bounds are weighed in equal intervals, the interval in which the
// goal is reached gives the next bounds, until the bounds meet. Each round excludes one bound at least, so it ends;
// commonly after two. It is exact, for the bounds are logits and rounding only shifts where the intervals are cut, and
// needs no memory but the stack (bench/decode, 50,257 logits: top-k in the time of nth_element on a copy, top-p in a
// fifteenth of that of a sort).
template <class Weight, class Goal>
void keep_heaviest(std::span<float> logits, Weight weight, Goal goal) {
  constexpr std::size_t intervals = 2048;
  float greatest = greatest_logit(logits), least = std::numeric_limits<float>::lowest();
  if (greatest == removed_logit) return;
  double scale = 64;  // intervals a nat; in the first round, whose last interval takes all that is 32 nats below
  std::size_t members = 0;
  double target = 0, above = 0;  // above: the weight of all logits over `greatest`
  for (bool first = true; first || least != greatest; first = false) {
    const double top = greatest;
    const auto interval = [=](float logit) {
      return static_cast<std::size_t>(std::min((top - logit) * scale, double{intervals - 1}));
    };
    std::array<double, intervals> weights{};
    detail::for_each_between(logits, least, greatest, [&](float logit) { weights[interval(logit)] += weight(logit); });
    if (first) target = goal(std::accumulate(weights.begin(), weights.end(), 0.0));
    std::size_t reached = 0;  // by rounding a later round may miss: then the last interval that holds a weight
    for (std::size_t i = 0; i != intervals; ++i) {
      if (weights[i] == 0) continue;
      if (i != 0) above += weights[reached];
      reached = i;
      if (above + weights[i] >= target) break;
    }
    // The tokens of that interval lie between low and high, which leave it an interval of room on both sides; the next
    // bounds are the least and the greatest of them.
    const float low = reached + 1 == intervals ? least : static_cast<float>(top - (double(reached) + 2) / scale);
    const float high = static_cast<float>(top - (double(reached) - 1) / scale);
    const float from = std::max(low, least), to = std::min(high, greatest);
    std::swap(least, greatest);
    members = 0;
    detail::for_each_between(logits, from, to, [&](float logit) {
      if (interval(logit) != reached) return;
      least = std::min(least, logit), greatest = std::max(greatest, logit), ++members;
    });
    if (least != greatest) scale = (intervals - 1) / (double{greatest} - least);
  }
  if (members > 1)  // equals, of which as many stay as the goal still needs
    for (float& logit : logits)
      if (logit == greatest) {
        if (above >= target) logit = removed_logit;
        above += weight(greatest);
      }
  for (float& logit : logits) logit = logit < greatest ? removed_logit : logit;
}

}  // namespace TL_NAMESPACE
