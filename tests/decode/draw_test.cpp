#include <limits>
#include <tl/decode/draw.hpp>

#include "../catch.hpp"
#include "reference.hpp"

TEST_CASE("greedy takes the lowest index of equals") {
  CHECK(tl::Greedy{}(std::vector<float>{1, 4, 4, 2}, {}) == 1);
  CHECK(tl::Greedy{}(std::vector<float>{-0.0f, 0.0f}, {}) == 0);
  CHECK(tl::Greedy{}(std::vector<float>{tl::removed_logit, -7}, {}) == 1);
}

TEST_CASE("multinomial inverts the cumulative distribution in index order") {
  for (const std::size_t n : {1u, 2u, 255u, 256u, 257u, 1000u, 4096u})
    for (std::uint64_t seed = 0; seed != 60; ++seed) {
      const auto logits = reference::logits(n, seed);
      const auto p = reference::probabilities(logits);
      if (!(*std::ranges::max_element(logits) > tl::removed_logit)) continue;
      const tl::RandomKey key{seed, n};
      const auto token = static_cast<std::size_t>(tl::draw_token(tl::Multinomial{}, logits, {.position = 7}, key));
      const double u = tl::uniform(key, 7, tl::Purpose::draw, 0);
      const double below = std::accumulate(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(token), 0.0);
      INFO("n " << n << ", seed " << seed);
      REQUIRE(token < n);
      REQUIRE(p[token] > 0);
      REQUIRE(below <= u + 1e-5);
      REQUIRE(u <= below + p[token] + 1e-5);
    }
}

TEST_CASE("draws follow the exact probabilities") {
  for (const std::size_t n : {5u, 300u}) {
    auto logits = reference::logits(n, 10);
    logits[1] = tl::removed_logit;
    const auto p = reference::probabilities(logits);
    const std::size_t draws = n < 10 ? 100'000 : 20'000;  // at -O0, and under sanitizers
    std::vector<double> count(n);
    // Half by position, half by stream: either alone makes draws independent.
    for (std::size_t i = 0; i != draws; ++i) {
      const tl::StepContext context{.position = (1 - i % 2) * i};
      ++count[static_cast<std::size_t>(tl::draw_token(tl::Multinomial{}, logits, context, {42, i % 2 * i}))];
    }
    REQUIRE(count[1] == 0);
    double chi_square = 0, rest = 0, rest_expected = 0, degrees = -1;
    for (std::size_t i = 0; i != n; ++i) {
      const double expected = p[i] * static_cast<double>(draws);
      if (expected < 10) {
        rest += count[i], rest_expected += expected;
        continue;
      }
      chi_square += (count[i] - expected) * (count[i] - expected) / expected;
      ++degrees;
    }
    if (rest_expected > 10) chi_square += (rest - rest_expected) * (rest - rest_expected) / rest_expected, ++degrees;
    CHECK(chi_square < reference::chi_square_limit(degrees));
    CHECK(chi_square > 0);
  }
}

TEST_CASE("a draw writes the distribution that it draws from") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    const auto logits = reference::logits(300, seed);
    const auto p = reference::probabilities(logits);
    std::vector<double> greedy(300, 7), multinomial(300, 7);
    tl::Greedy{}.distribution(logits, {}, greedy);
    tl::Multinomial{}.distribution(logits, {}, multinomial);
    const double total = std::accumulate(multinomial.begin(), multinomial.end(), 0.0);
    for (std::size_t i = 0; i != 300; ++i) {
      REQUIRE(greedy[i] == double(static_cast<tl::Token>(i) == tl::Greedy{}(logits, {})));
      REQUIRE(multinomial[i] / total == Approx(p[i]).margin(1e-9).epsilon(1e-5));
    }
  }
}

TEST_CASE("no token left, or a logit that overflowed, is an error by position") {
  const std::vector<float> none(3, tl::removed_logit), overflowed{1, std::numeric_limits<float>::infinity()};
  const auto refused = [](const auto& draw, std::span<const float> logits) {
    return reference::mentions(reference::message([&] { tl::draw_token(draw, logits, {.position = 31}, {}); }),
                               "at position 31");
  };
  for (const std::span<const float> logits : {std::span(none), std::span(none).first(0), std::span(overflowed)}) {
    CHECK(refused(tl::Greedy{}, logits));
    CHECK(refused(tl::Multinomial{}, logits));
  }
}
