#include <cmath>
#include <limits>
#include <tl/decode/logits.hpp>
#include <vector>

#include "../catch.hpp"
#include "reference.hpp"

TEST_CASE("the greatest logit, for lengths around the number of lanes") {
  for (std::size_t n = 1; n != 70; ++n) {
    const auto logits = reference::logits(n, n);
    CHECK(tl::greatest_logit(logits) == *std::ranges::max_element(logits));
  }
  CHECK(tl::greatest_logit({}) == tl::removed_logit);
}

TEST_CASE("logits that are no numbers are refused, by position and token") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
  std::vector<float> logits(40, 1.0f);
  logits[3] = tl::removed_logit;
  REQUIRE_NOTHROW(tl::check_logits(logits, {.position = 12}));
  for (const std::size_t at : {0u, 17u, 39u})
    for (const float bad : {nan, -nan, infinity}) {
      auto broken = logits;
      broken[at] = bad;
      const auto message = reference::message([&] { tl::check_logits(broken, {.position = 12}); });
      REQUIRE(reference::mentions(message, "token " + std::to_string(at) + " at position 12"));
    }
}

TEST_CASE("relative probabilities") {
  CHECK(tl::relative_probability(3, 3) == 1);
  CHECK(tl::relative_probability(1, 3) == Approx(std::exp(-2)));
  CHECK(tl::relative_probability(tl::removed_logit, 3) == 0);
}
