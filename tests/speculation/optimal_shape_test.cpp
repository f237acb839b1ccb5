#include <cmath>
#include <tl/core/philox.hpp>
#include <tl/speculation/optimal_shape.hpp>

#include "../catch.hpp"

namespace {

// Every shape of up to `most` nodes, no node having more than `width` children.
std::vector<tl::TreeShape> all_shapes(std::size_t most, std::size_t width) {
  std::vector<tl::TreeShape> found;
  std::vector<std::size_t> counts;
  const auto go = [&](const auto& self, std::size_t open, std::size_t nodes) -> void {
    if (open == 0) return static_cast<void>(found.push_back(tl::TreeShape(counts)));
    for (std::size_t c = 0; c <= width && nodes + c <= most; ++c) {
      counts.push_back(c);
      self(self, open - 1 + c, nodes + c);
      counts.pop_back();
    }
  };
  go(go, 1, 1);
  return found;
}

std::vector<double> random_acceptance(std::size_t k, std::uint64_t seed) {
  std::vector<double> p;
  double left = 1;
  for (std::size_t b = 0; b != k; ++b) {
    p.push_back(left * tl::uniform({seed, 0}, 0, tl::Purpose::test, b));
    left -= p.back();
  }
  if (seed % 3 == 0) p[seed % k] = 0;
  if (seed % 4 == 1) std::swap(p.front(), p.back());
  return p;
}

std::vector<double> random_cost(std::size_t n, std::uint64_t seed) {
  std::vector<double> t{1};
  while (t.size() != n) t.push_back(t.back() + 0.3 * tl::uniform({seed, 1}, 0, tl::Purpose::test, t.size()));
  return t;
}

}  // namespace

TEST_CASE("the optimal shape is the best of all shapes") {
  constexpr std::size_t most = 7;
  const auto shapes = all_shapes(most, 3);
  REQUIRE(shapes.size() == 1 + 1 + 2 + 5 + 13 + 36 + 104);
  for (std::uint64_t seed = 0; seed != 60; ++seed) {
    const auto p = random_acceptance(3, seed);
    const auto t = random_cost(most, seed);
    const double level = seed % 2 == 0 ? 0 : 0.1;
    const std::size_t most_depth = 1 + seed % 5;
    double best = 1;
    for (const auto& shape : shapes)
      if (shape.depth() <= most_depth)
        best = std::max(best,
                        shape.expected_tokens(p) / (t[shape.size() - 1] + level * static_cast<double>(shape.depth())));
    const auto optimal = tl::optimal_shape(p, {t, level}, most_depth);
    INFO("seed " << seed);
    REQUIRE(optimal.speedup == Approx(best).epsilon(1e-12));
    REQUIRE(optimal.shape.expected_tokens(p) == Approx(optimal.tokens).epsilon(1e-12));
    REQUIRE(optimal.shape.depth() <= most_depth);
    REQUIRE(optimal.speedup ==
            Approx(optimal.tokens / (t[optimal.shape.size() - 1] + level * double(optimal.shape.depth()))));
  }
}

TEST_CASE("where rows are free the tree is as large as it may be, and where they are dear there is none") {
  const std::vector<double> p{0.6, 0.2, 0.1}, free(16, 1.0);
  CHECK(tl::optimal_shape(p, {free}, 8).shape.size() == 16);
  CHECK(tl::optimal_shape(p, {free}, 0).shape == tl::TreeShape{});
  std::vector<double> dear;
  for (double n = 1; n <= 16; ++n) dear.push_back(n);
  const auto none = tl::optimal_shape(p, {dear}, 8);
  CHECK(none.shape == tl::TreeShape{});
  CHECK(none.speedup == 1);
  CHECK(tl::optimal_shape(p, {free, 5}, 8).shape == tl::TreeShape{});
  CHECK(tl::optimal_shape({}, {free}, 8).shape == tl::TreeShape{});
}

TEST_CASE("more acceptance, more nodes and less cost never make it slower") {
  for (std::uint64_t seed = 0; seed != 20; ++seed) {
    auto p = random_acceptance(4, seed);
    auto t = random_cost(24, seed);
    const double speedup = tl::optimal_shape(p, {t, 0.05}, 6).speedup;
    CHECK(tl::optimal_shape(p, {std::span(t).first(12), 0.05}, 6).speedup <= speedup);
    CHECK(tl::optimal_shape(p, {t, 0.05}, 3).speedup <= speedup);
    CHECK(tl::optimal_shape(p, {t, 0.1}, 6).speedup <= speedup);
    for (double& x : p) x *= 0.9;
    CHECK(tl::optimal_shape(p, {t, 0.05}, 6).speedup <= speedup);
  }
}

TEST_CASE("figures that cannot be are errors") {
  const std::vector<double> one{1}, good{0.5}, negative{-0.1}, much{0.7, 0.6}, zero{1, 0};
  CHECK_THROWS_AS(tl::optimal_shape(negative, {one}, 1), tl::Error);
  CHECK_THROWS_AS(tl::optimal_shape(much, {one}, 1), tl::Error);
  CHECK_THROWS_AS(tl::optimal_shape(good, {{}}, 1), tl::Error);
  CHECK_THROWS_AS(tl::optimal_shape(good, {zero}, 1), tl::Error);
  CHECK_THROWS_AS(tl::optimal_shape(good, {one, -1}, 1), tl::Error);
  CHECK_THROWS_AS(tl::optimal_shape(good, {one, std::nan("")}, 1), tl::Error);
}
