#include <limits>
#include <tl/decode/logit_bias.hpp>

#include "../catch.hpp"

TEST_CASE("biases are added, -inf forbids") {
  std::vector<float> logits{1, 2, 3, 4};
  tl::LogitBias({{0, 2.5f}, {2, tl::removed_logit}, {3, -1}, {3, -2}})(logits, {});
  REQUIRE(logits == std::vector<float>{3.5f, 2, tl::removed_logit, 1});
}

TEST_CASE("biases out of range are refused") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(tl::LogitBias({{7, infinity}}),
                    "logit_bias of token 7 is inf: it must be a number, or -inf to "
                    "forbid the token");
  CHECK_THROWS_AS(tl::LogitBias({{7, std::numeric_limits<float>::quiet_NaN()}}), tl::Error);
  CHECK_THROWS_AS(tl::LogitBias({{-1, 0}}), tl::Error);
  std::vector<float> logits(4);
  CHECK_THROWS_WITH(tl::LogitBias({{4, 1}})(logits, {}), "logit_bias names token 4, but the vocabulary has 4 tokens");
}
