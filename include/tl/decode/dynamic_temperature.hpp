#pragma once
// A temperature that each token gets by a rule.
#include <algorithm>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/entropy.hpp>
#include <tl/decode/stage.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/decode/temperature_rules.hpp>

namespace TL_NAMESPACE {

// `DynamicTemperature{0.8, Edt{}}`: the stage that Temperature{0.8} is, with the temperature that the rule makes of 0.8
// and of the entropy of the logits as they come: of all tokens, before any scaling and truncation. The likeliest token
// stays the likeliest. At temperature 0 no other token is left.
template <TemperatureRule Rule>
class DynamicTemperature {
 public:
  static constexpr StageKind kind = StageKind::temperature;

  // Throws Error unless the temperature is positive and finite.
  explicit DynamicTemperature(double temperature, Rule rule = Rule())
      : temperature_(Temperature(temperature).temperature_of({})), rule_(rule) {}

  // What logits [d_vocab] will be divided by. Throws Error where a logit is NaN or +inf, or the rule gives no
  // temperature.
  double temperature_of(std::span<const float> logits) const {
    const double found = rule_(temperature_, entropy(logits));
    if (!(found >= 0))
      throw Error("a temperature rule gave ", found, ": it must be positive, or 0 for the likeliest token");
    return found;
  }

  void operator()(std::span<float> logits, const StepContext&) const {
    divide_logits(logits, static_cast<float>(temperature_of(logits)));
  }

 private:
  double temperature_;
  Rule rule_;
};

}  // namespace TL_NAMESPACE
