#include <tl/core/philox.hpp>
#include <tl/decode/cumulative_weights.hpp>
#include <vector>

#include "../catch.hpp"

namespace {
std::vector<double> random_weights(std::size_t n, std::uint64_t seed) {
  std::vector<double> weights(n);
  for (std::size_t i = 0; i != n; ++i) {
    const double u = tl::uniform({seed, 0}, 0, tl::Purpose::test, i);
    weights[i] = u < 0.4 ? 0 : u;
  }
  weights[n / 2] = 1;
  return weights;
}
}  // namespace

TEST_CASE("a draw inverts the cumulative sums, and never has weight 0") {
  for (const std::size_t n : {1u, 2u, 7u, 256u, 257u, 1000u}) {
    const auto weights = random_weights(n, n);
    const auto weight = [&](std::size_t i) { return weights[i]; };
    const tl::CumulativeWeights sums(n, weight);
    for (double u = 0; u < 1; u += 0.03) {
      const std::size_t drawn = sums.draw(u, weight);
      double below = 0;
      for (std::size_t i = 0; i != drawn; ++i) below += weights[i];
      REQUIRE(weights[drawn] > 0);
      REQUIRE(below <= u * sums.total() + 1e-9);
      REQUIRE(u * sums.total() <= below + weights[drawn] + 1e-9);
    }
    REQUIRE(weights[sums.draw(0x1.fffffffffffffp-1, weight)] > 0);
  }
}

TEST_CASE("a weight that changes gives the sums of the new weights to the bit") {
  auto weights = random_weights(700, 1);
  const auto weight = [&](std::size_t i) { return weights[i]; };
  tl::CumulativeWeights sums(700, weight);
  weights[350] = 1e30;
  sums.changed(350, weight);
  CHECK(sums.draw(0.5, weight) == 350);
  weights[350] = 0;
  sums.changed(350, weight);
  CHECK(sums.total() == tl::CumulativeWeights(700, weight).total());
}
