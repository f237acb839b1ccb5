#include <cmath>
#include <tl/decode/entropy.hpp>
#include <vector>

#include "../catch.hpp"
#include "reference.hpp"

TEST_CASE("the entropy is that of the definition") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    const std::vector<float> logits = reference::logits(300, seed);
    double expected = 0;
    for (const double p : reference::probabilities(logits)) expected -= p > 0 ? p * std::log(p) : 0;
    CHECK_THAT(tl::entropy(logits), Catch::Matchers::WithinAbs(expected, 1e-6));
  }
}

TEST_CASE("the entropy of equal, removed and distant logits") {
  CHECK_THAT(tl::entropy(std::vector<float>(8, -3e38f)), Catch::Matchers::WithinRel(std::log(8.), 1e-12));
  CHECK(tl::entropy(std::vector<float>{3e38f, tl::removed_logit, -3e38f}) == 0);
  CHECK(tl::entropy(std::vector<float>(4, tl::removed_logit)) == 0);
}
