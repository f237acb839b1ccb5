#include <tl/decode/heaviest.hpp>

#include "../catch.hpp"
#include "reference.hpp"

namespace {
// Weights that double sums hold exactly, so that the reference decides the same ties: a step function of the logit.
double weight(float logit) { return logit > 1 ? 3 : logit > -1 ? 2 : 0.5; }

std::vector<float> expected(std::span<const float> logits, double goal) {
  auto order = reference::sorted(logits);
  std::erase_if(order, [&](std::size_t i) { return logits[i] == tl::removed_logit; });
  double sum = 0;
  std::size_t kept = 0;
  while (kept != order.size() && sum < goal) sum += weight(logits[order[kept++]]);
  return reference::keep(logits, order, kept);
}
}  // namespace

TEST_CASE("the set of a sorted list, for every kind of logits and goal") {
  for (std::uint64_t seed = 0; seed != 400; ++seed) {
    const std::size_t n = 1 + tl::random_bits({seed, 2}, 0, tl::Purpose::test, 0)[0] % 3000;
    const auto logits = reference::logits(n, seed);
    for (const double goal : {0.5, 2.0, 7.0, 100.0, double(n), 1e9}) {
      auto kept = logits;
      tl::keep_heaviest(kept, weight, [goal](double) { return goal; });
      INFO("seed " << seed << ", n " << n << ", goal " << goal);
      REQUIRE(kept == expected(logits, goal));
    }
  }
}

TEST_CASE("the goal is told the total of tokens that are left") {
  std::vector<float> logits{2, tl::removed_logit, 0, -5};
  tl::keep_heaviest(logits, weight, [](double total) {
    CHECK(total == 5.5);
    return total;
  });
  CHECK(logits == std::vector<float>{2, tl::removed_logit, 0, -5});
}

TEST_CASE("the ends of float's range, and a crowd of neighbours") {
  constexpr float most = std::numeric_limits<float>::max(), tiny = std::numeric_limits<float>::denorm_min();
  std::vector<float> logits{-most, 0.0f, most, -0.0f, tiny, -tiny, most / 2, -1};
  for (float f = 1; f < 1.0003f; f = std::nextafter(f, 2.0f)) logits.push_back(f);
  for (std::size_t k = 1; k <= logits.size(); k += k < 12 ? 1 : 97) {
    auto kept = logits;
    tl::keep_heaviest(
        kept, [](float) { return 1.0; }, [k](double) { return double(k); });
    REQUIRE(kept == reference::keep(logits, reference::sorted(logits), k));
  }
}

TEST_CASE("0 and -0 are equals") {
  std::vector<float> logits{0.0f, -0.0f, 1e-3f};
  tl::keep_heaviest(
      logits, [](float) { return 1.0; }, [](double) { return 2.0; });
  CHECK(logits == std::vector<float>{0, tl::removed_logit, 1e-3f});
}

TEST_CASE("nothing left stays nothing") {
  std::vector<float> none(5, tl::removed_logit);
  tl::keep_heaviest(none, weight, [](double) { return 1.0; });
  CHECK(none == std::vector<float>(5, tl::removed_logit));
}
