#pragma once
// How tokens are picked, as plain values: what a command line or a configuration file says.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/decode/logit_bias.hpp>
#include <tl/decode/penalties.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/temperature_rules.hpp>
#include <tl/decode/truncation.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The defaults draw from the model's own distribution: every stage is off.
struct SamplingOptions {
  double temperature = 1;                                   // 0 is greedy
  std::optional<AnyTemperatureRule> dynamic_temperature{};  // none: the same for every token
  std::size_t top_k = 0;                                    // 0 is off
  double top_p = 1;                                         // 1 is off
  double min_p = 0;                                         // 0 is off
  double repetition_penalty = 1;                            // 1 is off
  double frequency_penalty = 0;                             // 0 is off
  double presence_penalty = 0;                              // 0 is off
  std::vector<TokenBias> logit_bias{};
  std::uint64_t seed = 0;
  // A stage of one's own before all others: a watermark, a constraint. It sees the model's own logits.
  std::function<void(std::span<float> logits, const StepContext&)> first_stage{};

  // Throws Error, one sentence about the first option that is out of range: the stages know their ranges.
  void validate() const {
    if (temperature != 0) static_cast<void>(Temperature{temperature});
    if (top_k != 0) static_cast<void>(TopK{top_k});
    static_cast<void>(TopP{top_p});
    static_cast<void>(MinP{min_p});
    static_cast<void>(RepetitionPenalty{repetition_penalty});
    static_cast<void>(FrequencyPenalty{frequency_penalty});
    static_cast<void>(PresencePenalty{presence_penalty});
    static_cast<void>(LogitBias{logit_bias});
  }
};

}  // namespace TL_NAMESPACE
