#include <limits>
#include <tl/decode/penalties.hpp>
#include <vector>

#include "../catch.hpp"

namespace {
// Prompt 0 1, generated 1 2 2 4.
const std::vector<tl::Token> text{0, 1, 1, 2, 2, 4};
const tl::StepContext context{.position = 6, .history = text, .prompt_length = 2};
const std::vector<float> raw{2, -3, 5, 7, tl::removed_logit, 0};

std::vector<float> after(const auto& stage, const tl::StepContext& at = context) {
  auto logits = raw;
  stage(logits, at);
  return logits;
}
}  // namespace

TEST_CASE("repetition: once for each token of prompt and text, by the sign of the logit") {
  REQUIRE(after(tl::RepetitionPenalty{2}) == std::vector<float>{1, -6, 2.5f, 7, tl::removed_logit, 0});
  REQUIRE(after(tl::RepetitionPenalty{0.5}) == std::vector<float>{4, -1.5f, 10, 7, tl::removed_logit, 0});
  REQUIRE(after(tl::RepetitionPenalty{1}) == raw);
}

TEST_CASE("frequency: by count, generated tokens only") {
  REQUIRE(after(tl::FrequencyPenalty{0.5}) == std::vector<float>{2, -3.5f, 4, 7, tl::removed_logit, 0});
  REQUIRE(after(tl::FrequencyPenalty{-0.5}) == std::vector<float>{2, -2.5f, 6, 7, tl::removed_logit, 0});
}

TEST_CASE("presence: once, generated tokens only") {
  REQUIRE(after(tl::PresencePenalty{0.5}) == std::vector<float>{2, -3.5f, 4.5f, 7, tl::removed_logit, 0});
}

TEST_CASE("nothing generated, nothing penalised") {
  const tl::StepContext prompt_only{.position = 6, .history = text, .prompt_length = 6};
  REQUIRE(after(tl::FrequencyPenalty{1}, prompt_only) == raw);
  REQUIRE(after(tl::PresencePenalty{1}, prompt_only) == raw);
}

TEST_CASE("penalties out of range are refused, and so is a text of another vocabulary") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {0.0, -1.0, nan, infinity, 1e300, 1e-300})
    CHECK_THROWS_AS(tl::RepetitionPenalty{bad}, tl::Error);
  for (const double bad : {nan, infinity, 1e300}) {
    CHECK_THROWS_AS(tl::FrequencyPenalty{bad}, tl::Error);
    CHECK_THROWS_AS(tl::PresencePenalty{bad}, tl::Error);
  }
  std::vector<float> small(3);
  CHECK_THROWS_AS(tl::RepetitionPenalty{2}(small, context), tl::Error);
}
