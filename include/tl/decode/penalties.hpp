#pragma once
// Penalties on tokens that the text already holds.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/decode/distinct_tokens.hpp>
#include <tl/decode/stage.hpp>

namespace TL_NAMESPACE {

// Positive logits divided by the penalty, negative ones multiplied, once for each distinct token of prompt and
// generated text (Keskar et al., "CTRL", 2019, section 4.1, with the sign rule of Hugging Face's processor).
class RepetitionPenalty {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error unless the penalty is positive and finite; 1 changes nothing, below 1 rewards repetition.
  explicit RepetitionPenalty(double penalty) : penalty_(static_cast<float>(penalty)) {
    if (!(penalty_ > 0 && std::isfinite(penalty_)))
      throw Error("repetition_penalty is ", penalty, ": it must be positive and finite (1 is off)");
  }

  void operator()(std::span<float> logits, const StepContext& context) const {
    for_each_distinct(context.history, logits.size(), [&](std::size_t token, std::uint32_t) {
      float& logit = logits[token];
      logit = logit > 0 ? logit / penalty_ : logit * penalty_;
    });
  }

 private:
  float penalty_;
};

namespace detail {
// `what` as a float. Throws Error unless it is finite.
inline float finite_penalty(double penalty, std::string_view what) {
  if (!std::isfinite(static_cast<float>(penalty))) throw Error(what, " is ", penalty, ": it must be finite (0 is off)");
  return static_cast<float>(penalty);
}
}  // namespace detail

// logit -= penalty * (times the token was generated). The prompt does not count: OpenAI's definition speaks of tokens
// "sampled so far", and vLLM reads it so too. Negative penalties encourage.
class FrequencyPenalty {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error unless the penalty is finite.
  explicit FrequencyPenalty(double penalty) : penalty_(detail::finite_penalty(penalty, "frequency_penalty")) {}

  void operator()(std::span<float> logits, const StepContext& context) const {
    for_each_distinct(context.generated(), logits.size(), [&](std::size_t token, std::uint32_t count) {
      logits[token] = std::fma(-penalty_, static_cast<float>(count), logits[token]);
    });
  }

 private:
  float penalty_;
};

// logit -= penalty for each distinct generated token, the prompt not counted, as above.
class PresencePenalty {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error unless the penalty is finite.
  explicit PresencePenalty(double penalty) : penalty_(detail::finite_penalty(penalty, "presence_penalty")) {}

  void operator()(std::span<float> logits, const StepContext& context) const {
    for_each_distinct(context.generated(), logits.size(),
                      [&](std::size_t token, std::uint32_t) { logits[token] -= penalty_; });
  }

 private:
  float penalty_;
};

}  // namespace TL_NAMESPACE
