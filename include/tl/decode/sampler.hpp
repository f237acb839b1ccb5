#pragma once
// The pipeline of a command line: the same stages as the typed Pipeline, chosen at run time.
#include <span>
#include <tl/decode/draw.hpp>
#include <tl/decode/dynamic_temperature.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/sampling_options.hpp>
#include <utility>
#include <variant>
#include <vector>

namespace TL_NAMESPACE {

// Draw for draw the same as Pipeline{first_stage, LogitBias, RepetitionPenalty, FrequencyPenalty, PresencePenalty,
// Temperature or DynamicTemperature, TopK, TopP, MinP, Multinomial} without the stages that are off. At temperature 0
// the draw is Greedy, and temperature and truncation, which never change it, are left out. A const value: many threads
// may use one.
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
    if (options.dynamic_temperature)
      std::visit(
          [&](const auto& rule) {
            stages_.emplace_back(DynamicTemperature{options.temperature, rule});
          },
          *options.dynamic_temperature);
    else if (options.temperature != 1) stages_.emplace_back(Temperature{options.temperature});
    if (options.top_k != 0) stages_.emplace_back(TopK{options.top_k});
    if (options.top_p != 1) stages_.emplace_back(TopP{options.top_p});
    if (options.min_p != 0) stages_.emplace_back(MinP{options.min_p});
  }

  // The stages alone, as Pipeline::shape.
  void shape(std::span<float> logits, const StepContext& context) const {
    check_logits(logits, context);
    for (const Stage& stage : stages_) std::visit([&](const auto& s) { s(logits, context); }, stage);
  }

  // What shape() divides by, for whoever watches: 0 of greedy decoding, 1 of none. Throws as shape().
  double temperature_of(std::span<const float> logits, const StepContext& context) const {
    check_logits(logits, context);
    std::vector<float> adjusted(logits.begin(), logits.end());
    double found = std::holds_alternative<Greedy>(draw_) ? 0 : 1;
    for (const Stage& stage : stages_)
      std::visit(
          [&]<class S>(const S& s) {
            if constexpr (requires { s.temperature_of(adjusted); }) found = s.temperature_of(adjusted);
            else s(adjusted, context);  // behind the temperature it changes nothing that is asked for
          },
          stage);
    return found;
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
                             PresencePenalty, Temperature, DynamicTemperature<Edt>, DynamicTemperature<EntropyRange>,
                             DynamicTemperature<ConfidenceRange>, TopK, TopP, MinP>;
  std::vector<Stage> stages_;
  std::variant<Greedy, Multinomial> draw_;
};

}  // namespace TL_NAMESPACE
