#include <tl/decode/entropy.hpp>

#include "../catch.hpp"
#include "reference.hpp"

namespace {
long double entropy_of(const std::vector<float>& logits) {
  long double sum = 0, nats = 0;
  const long double top = *std::ranges::max_element(logits);
  for (const float logit : logits) sum += std::exp(logit - top);
  for (const float logit : logits)
    if (const long double p = std::exp(logit - top) / sum; p > 0) nats -= p * std::log(p);
  return nats;
}
}  // namespace

TEST_CASE("entropy is that of the textbook in long double") {
  for (const std::size_t n : {1u, 2u, 17u, 1000u})
    for (std::uint64_t seed = 0; seed != 60; ++seed) {
      auto logits = reference::logits(n, seed);
      logits[n / 2] = 1;  // one is left
      const tl::Entropy found = tl::entropy(logits);
      const auto p = reference::probabilities(logits);
      INFO("n " << n << ", seed " << seed);
      CHECK(found.nats == Approx(static_cast<double>(entropy_of(logits))).margin(1e-6));
      CHECK(found.nats >= 0);
      CHECK(found.max_probability == Approx(*std::ranges::max_element(p)).epsilon(1e-6));
      CHECK(found.candidates == n - static_cast<std::size_t>(std::ranges::count(logits, tl::removed_logit)));
    }
}

TEST_CASE("the ends: equal, certain, far from zero, none") {
  const std::vector<float> equal(50, 3e8f), certain{0, -1e30f, tl::removed_logit}, none(3, tl::removed_logit);
  CHECK(tl::entropy(equal).nats == Approx(std::log(50)).epsilon(1e-12));
  CHECK(tl::entropy(certain).nats == 0);
  CHECK(tl::entropy(certain).max_probability == 1);
  CHECK(tl::entropy(none).candidates == 0);
  CHECK(tl::entropy(none).nats == 0);
}

TEST_CASE("the entropy of NaN is refused") {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    CHECK_THROWS_AS(tl::entropy(std::vector<float>{1, bad, 2}), tl::Error);
}
