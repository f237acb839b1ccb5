#pragma once
// How a temperature may follow the uncertainty of the next token. A rule is given the temperature that the user chose
// and what entropy() says of the model's logits; its result is the temperature of this token, 0 for the likeliest
// one.
#include <algorithm>
#include <cmath>
#include <concepts>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/decode/entropy.hpp>
#include <variant>

namespace TL_NAMESPACE {

template <class R>
concept TemperatureRule = requires(const R& rule, double temperature, const Entropy& of) {
  { rule(temperature, of) } -> std::convertible_to<double>;
};

namespace detail {
// Division of float logits by less loses them, and by more makes all tokens alike; a temperature that the user chose
// beyond these ends is an end itself.
inline double bounded_temperature(double temperature, double chosen) {
  return std::clamp(temperature, std::min(1e-3, chosen), std::max(1e3, chosen));
}
}  // namespace detail

// T N^(theta / H), H the entropy in nats (Zhang, Bao, Huang, "EDT: improving large language models' generation by
// entropy-based dynamic temperature sampling", 2024): T where the model is unsure, less where it is sure. Below an
// entropy of 1e-6 nats the token is the likeliest one, the limit for H -> 0. theta = 0 is T itself, to the bit; theta <
// 0 does the opposite, raises the temperature where the model is sure, and is there to be compared with.
class Edt {
 public:
  // Throws Error unless theta is finite and 0 < base < 1: a base above 1 would turn the rule around.
  explicit Edt(double theta = 1, double base = 0.8) : theta_(theta), rate_(theta * std::log(base)) {
    if (!std::isfinite(theta))
      throw Error("theta of the dynamic temperature is ", theta, ": it must be finite (0 is off)");
    if (!(base > 0 && base < 1))
      throw Error("the base of the dynamic temperature is ", base, ": it must lie between 0 and 1");
  }

  double operator()(double temperature, const Entropy& of) const {
    if (theta_ == 0) return temperature;
    if (theta_ > 0 && of.nats < 1e-6) return 0;
    return detail::bounded_temperature(temperature * std::exp(rate_ / of.nats), temperature);
  }

 private:
  double theta_, rate_;
};

namespace detail {
// From T - spread, 0 at least, to T + spread as `uncertainty` goes from 0 to 1, along its power.
class TemperatureRange {
 public:
  TemperatureRange(double spread, double exponent) : spread_(spread), exponent_(exponent) {
    if (!(spread >= 0 && std::isfinite(spread)))
      throw Error("the spread of the dynamic temperature is ", spread, ": it must be 0 (off) or positive, and finite");
    if (!(exponent > 0 && std::isfinite(exponent)))
      throw Error("the exponent of the dynamic temperature is ", exponent, ": it must be positive and finite");
  }

  double at(double temperature, double uncertainty) const {
    if (spread_ == 0) return temperature;
    const double low = std::max(0.0, temperature - spread_), high = temperature + spread_;
    const double found = low + (high - low) * std::pow(std::clamp(uncertainty, 0.0, 1.0), exponent_);
    return found > 0 ? bounded_temperature(found, temperature) : 0;
  }

 private:
  double spread_, exponent_;
};
}  // namespace detail

// DynaTemp, llama.cpp's temp_ext: T - spread to T + spread by H / ln n, the entropy as a share of what n equal
// candidates would have. Candidates are the tokens that bias and constraints have left; llama.cpp counts those that
// truncation has left, which here comes after the temperature. One candidate has share 0. spread = 0 is T to the bit.
class EntropyRange {
 public:
  // Throws Error unless spread >= 0 and exponent > 0, both finite.
  explicit EntropyRange(double spread = 0.5, double exponent = 1) : range_(spread, exponent) {}

  double operator()(double temperature, const Entropy& of) const {
    const double most = std::log(static_cast<double>(of.candidates));
    return range_.at(temperature, of.candidates < 2 ? 0 : of.nats / most);
  }

 private:
  detail::TemperatureRange range_;
};

// The same by the likeliest token's probability p: (1 - p) / (1 - 1/n) is 0 where the model is certain and 1 where all
// candidates are equal.
class ConfidenceRange {
 public:
  // Throws Error unless spread >= 0 and exponent > 0, both finite.
  explicit ConfidenceRange(double spread = 0.5, double exponent = 1) : range_(spread, exponent) {}

  double operator()(double temperature, const Entropy& of) const {
    const double most = 1 - 1 / static_cast<double>(of.candidates);
    return range_.at(temperature, of.candidates < 2 ? 0 : (1 - of.max_probability) / most);
  }

 private:
  detail::TemperatureRange range_;
};

// One of them, chosen at run time.
using AnyTemperatureRule = std::variant<Edt, EntropyRange, ConfidenceRange>;

}  // namespace TL_NAMESPACE
