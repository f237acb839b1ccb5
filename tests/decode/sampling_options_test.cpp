#include <limits>
#include <tl/decode/sampling_options.hpp>

#include "../catch.hpp"
#include "reference.hpp"

using tl::SamplingOptions;

TEST_CASE("the defaults and the ends of every range are valid") {
  CHECK_NOTHROW(SamplingOptions{}.validate());
  CHECK_NOTHROW(SamplingOptions{.temperature = 0, .top_k = 1, .top_p = 1e-9, .min_p = 1}.validate());
  CHECK_NOTHROW(SamplingOptions{.repetition_penalty = 0.1, .frequency_penalty = -2, .presence_penalty = -2}.validate());
}

TEST_CASE("each option out of range is refused by name") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  const auto refused = [](const SamplingOptions& options, const std::string& name) {
    CHECK(reference::message([&] { options.validate(); }).starts_with(name + " "));
  };
  for (const double bad : {-0.5, nan, infinity}) refused({.temperature = bad}, "temperature");
  for (const double bad : {0.0, -0.5, 1.5, nan}) refused({.top_p = bad}, "top_p");
  for (const double bad : {-0.5, 1.5, nan}) refused({.min_p = bad}, "min_p");
  for (const double bad : {0.0, -1.0, nan, infinity}) refused({.repetition_penalty = bad}, "repetition_penalty");
  for (const double bad : {nan, -infinity}) refused({.frequency_penalty = bad}, "frequency_penalty");
  for (const double bad : {nan, infinity}) refused({.presence_penalty = bad}, "presence_penalty");
  refused({.logit_bias = {{3, std::numeric_limits<float>::quiet_NaN()}}}, "logit_bias");
  refused({.logit_bias = {{-3, 1}}}, "logit_bias");
}
