#pragma once
// The pipeline of a command line: the same stages as the typed Pipeline, chosen at run time.
#include <span>
#include <tl/decode/draw.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/sampling_options.hpp>
#include <utility>
#include <variant>
#include <vector>

namespace TL_NAMESPACE {

// Draw for draw the same as Pipeline{first_stage, LogitBias, RepetitionPenalty, FrequencyPenalty, PresencePenalty,
// Temperature, TopK, TopP, MinP, Multinomial} without the stages that are off. At temperature 0 the draw is Greedy, and temperature
// and truncation, which never change it, are left out. A const value: many threads may use one.
class Sampler {
 public:
  // Throws Error as SamplingOptions::validate does. The seed is the affair of the key that each draw is given.
  explicit Sampler(const SamplingOptions& options = {}) {
    options.validate();
    if (options.first_stage) stages_.emplace_back(options.first_stage);
    if (!options.logit_bias.empty()) stages_.emplace_back(LogitBias{options.logit_bias});
    if (options.repetition_penalty != 1) stages_.emplace_back(RepetitionPenalty{options.repetition_penalty});
    if (options.frequency_penalty != 0) stages_.emplace_back(FrequencyPenalty{options.frequency_penalty});
    if (options.presence_penalty != 0) stages_.emplace_back(PresencePenalty{options.presence_penalty});
    if (options.temperature == 0) return;
    draw_ = Multinomial{};
    if (options.temperature != 1) stages_.emplace_back(Temperature{options.temperature});
    if (options.top_k != 0) stages_.emplace_back(TopK{options.top_k});
    if (options.top_p != 1) stages_.emplace_back(TopP{options.top_p});
    if (options.min_p != 0) stages_.emplace_back(MinP{options.min_p});
  }

  // The stages alone, as Pipeline::shape.
  void shape(std::span<float> logits, const StepContext& context) const {
    check_logits(logits, context);
    for (const Stage& stage : stages_) std::visit([&](const auto& s) { s(logits, context); }, stage);
  }

  // Shapes the logits [d_vocab], in place, and draws with the sequence's random numbers. Throws Error where a logit is
  // NaN or +inf, where no token is left, and as the stages do.
  Token operator()(std::span<float> logits, const StepContext& context, RandomKey key = {}) const {
    shape(logits, context);
    return std::visit([&](const auto& draw) { return draw_token(draw, logits, context, key); }, draw_);
  }

  // Shapes the logits, in place, and writes the distribution that is drawn from, up to a factor.
  void distribution(std::span<float> logits, const StepContext& context, std::span<double> weights) const {
    shape(logits, context);
    std::visit([&](const auto& draw) { draw.distribution(logits, context, weights); }, draw_);
  }

 private:
  using Stage = std::variant<decltype(SamplingOptions::first_stage), LogitBias, RepetitionPenalty, FrequencyPenalty,
                             PresencePenalty, Temperature, TopK, TopP, MinP>;
  std::vector<Stage> stages_;
  std::variant<Greedy, Multinomial> draw_;
};

}  // namespace TL_NAMESPACE
