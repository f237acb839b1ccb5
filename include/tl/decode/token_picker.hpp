#pragma once
// What decides the next token of a text.
#include <concepts>
#include <span>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/step_context.hpp>

namespace TL_NAMESPACE {

// Draws a token from logits [d_vocab], which it may change, with random numbers of the key: a Sampler or a Pipeline.
template <class P>
concept TokenPicker = requires(const P& pick, std::span<float> logits, const StepContext& context, RandomKey key) {
  { pick(logits, context, key) } -> std::same_as<Token>;
};

// Says which distribution it draws from, weights [d_vocab] up to a factor: a Sampler, or a Pipeline whose draw does.
template <class P>
concept KnowsDistribution = requires(const P& pick, std::span<float> logits, const StepContext& context,
                                     std::span<double> weights) {
  pick.distribution(logits, context, weights);
};

}  // namespace TL_NAMESPACE
