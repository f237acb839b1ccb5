#include <limits>
#include <tl/decode/truncation.hpp>

#include "../catch.hpp"
#include "reference.hpp"

namespace {
std::vector<float> after(const auto& stage, std::vector<float> logits) {
  stage(logits, {});
  return logits;
}
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
}  // namespace

TEST_CASE("top-k keeps the first k of a sorted list") {
  for (std::uint64_t seed = 0; seed != 60; ++seed) {
    const auto logits = reference::logits(1 + 37 * seed, seed);
    for (const std::size_t k : {1u, 2u, 40u, 700u, 100000u})
      REQUIRE(after(tl::TopK{k}, logits) == reference::keep(logits, reference::sorted(logits), k));
  }
  CHECK(after(tl::TopK{2}, {1, 3, 3, 3}) == std::vector<float>{tl::removed_logit, 3, 3, tl::removed_logit});
  CHECK_THROWS_AS(tl::TopK{0}, tl::Error);
}

TEST_CASE("top-p keeps the smallest set of that mass") {
  for (std::uint64_t seed = 0; seed != 60; ++seed) {
    const auto logits = reference::logits(1 + 37 * seed, seed);
    const auto order = reference::sorted(logits);
    const auto p = reference::probabilities(logits);
    for (const double limit : {1e-9, 0.1, 0.5, 0.9, 0.95, 0.999}) {
      const auto kept = after(tl::TopP{limit}, logits);
      std::size_t count = 0;
      double mass = 0, last = 0;
      while (count != order.size() && kept[order[count]] > tl::removed_logit) mass += last = p[order[count++]];
      INFO("seed " << seed << ", p " << limit);
      REQUIRE(count >= 1);
      REQUIRE(kept == reference::keep(logits, order, count));  // a leading part of the sorted list
      REQUIRE(mass >= limit * (1 - 1e-5));                     // of enough mass
      REQUIRE(mass - last < limit * (1 + 1e-5));               // and not without its last token
    }
  }
}

TEST_CASE("top-p: ties, one and the edges") {
  CHECK(after(tl::TopP{0.5}, {0, 0, 0, 0}) == std::vector<float>{0, 0, tl::removed_logit, tl::removed_logit});
  CHECK(after(tl::TopP{0.51}, {0, 0, 0, 0}) == std::vector<float>{0, 0, 0, tl::removed_logit});
  const std::vector<float> wide{0, -200, tl::removed_logit, 5};
  CHECK(after(tl::TopP{1}, wide) == wide);
  CHECK(after(tl::TopP{0.9}, std::vector<float>(9, tl::removed_logit)) == std::vector<float>(9, tl::removed_logit));
  for (const double bad : {0.0, -0.1, 1.1, not_a_number}) CHECK_THROWS_AS(tl::TopP{bad}, tl::Error);
}

TEST_CASE("min-p keeps what is probable enough beside the most probable") {
  for (std::uint64_t seed = 0; seed != 60; ++seed) {
    const auto logits = reference::logits(1 + 37 * seed, seed);
    const auto p = reference::probabilities(logits);
    const double top = *std::ranges::max_element(p);
    for (const double limit : {1e-6, 0.03, 0.3}) {
      const auto kept = after(tl::MinP{limit}, logits);
      for (std::size_t i = 0; i != p.size(); ++i) {
        if (p[i] > limit * top * (1 + 1e-6)) REQUIRE(kept[i] == logits[i]);
        if (p[i] < limit * top * (1 - 1e-6)) REQUIRE(kept[i] == tl::removed_logit);
      }
    }
    REQUIRE(after(tl::MinP{0}, logits) == logits);
  }
  CHECK(after(tl::MinP{1}, {2, 1, 2}) == std::vector<float>{2, tl::removed_logit, 2});
  for (const double bad : {-0.1, 1.1, not_a_number}) CHECK_THROWS_AS(tl::MinP{bad}, tl::Error);
}
