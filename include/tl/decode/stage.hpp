#pragma once
// The two kinds of part that a sampling pipeline is made of: stages, which map logits to logits, and the draw.
#include <concepts>
#include <limits>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/core/random_numbers.hpp>
#include <tl/core/token.hpp>
#include <tl/decode/step_context.hpp>

namespace TL_NAMESPACE {

// The logit of a token that can no longer be drawn.
inline constexpr float removed_logit = -std::numeric_limits<float>::infinity();

// What a stage does, and with it where it may stand: kinds follow one another in this order.
enum class StageKind {
  adjusts_logits,  // needs the model's own logits over all tokens: bias, penalties, a watermark, a constraint
  temperature,     // scales them, once; may look at their entropy, for nothing is scaled or truncated yet
  truncates,       // removes the less probable tokens of the distribution that is drawn from
};

// A value with its parameters, which many threads may use at once: it writes nothing but the logits [d_vocab].
template <class S>
concept LogitStage = requires(const S& stage, std::span<float> logits, const StepContext& context) {
  { S::kind } -> std::convertible_to<StageKind>;
  { stage(logits, context) } -> std::same_as<void>;
};

// Picks a token of logits [d_vocab] that the stages have shaped; ends a pipeline. One that needs random numbers names
// their Purpose, as `purpose`, and is given those and no others.
template <class D>
concept TokenDraw = requires(const D& draw, std::span<const float> logits, const StepContext& context) {
  { draw(logits, context) } -> std::same_as<Token>;
}
|| requires(const D& draw, std::span<const float> logits, const StepContext& context,
            RandomNumbers<D::purpose>& numbers) {
  { draw(logits, context, numbers) } -> std::same_as<Token>;
};

// The key is of the sequence whose token it is. All of the draw's numbers are those of its purpose at the position.
template <TokenDraw D>
Token draw_token(const D& draw, std::span<const float> logits, const StepContext& context, RandomKey key) {
  if constexpr (requires { D::purpose; }) {
    RandomNumbers<D::purpose> numbers(key, context.position);
    return draw(logits, context, numbers);
  } else {
    return draw(logits, context);
  }
}

}  // namespace TL_NAMESPACE
