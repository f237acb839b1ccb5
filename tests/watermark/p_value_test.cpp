#include <cmath>
#include <tl/core/error.hpp>
#include <tl/watermark/p_value.hpp>

#include "../catch.hpp"

namespace {
double choose(std::size_t n, std::size_t k) {
  double value = 1;
  for (std::size_t i = 1; i <= k; ++i) value *= static_cast<double>(n - k + i) / static_cast<double>(i);
  return value;
}
}  // namespace

TEST_CASE("the p-value is the sum of the binomial's upper tail") {
  for (const double gamma : {.1, .25, .5})
    for (std::size_t scored = 1; scored <= 40; scored += 13) {
      double tail = 0;
      for (std::size_t green = scored;; --green) {
        const double point = choose(scored, green) * std::pow(gamma, green) * std::pow(1 - gamma, scored - green);
        CHECK_THAT(tl::randomized_green_p_value(green, scored, gamma, .25),
                   Catch::Matchers::WithinRel(tail + .25 * point, 1e-10));
        tail += point;
        CHECK_THAT(tl::green_p_value(green, scored, gamma), Catch::Matchers::WithinRel(tail, 1e-10));
        if (green == 0) break;
      }
    }
}

TEST_CASE("far out the p-value is exact where the normal's is not") {
  CHECK_THAT(tl::green_p_value(200, 200, .25), Catch::Matchers::WithinRel(std::pow(.25, 200), 1e-9));
  CHECK(tl::green_p_value(10000, 10000, .25) == 0);
  CHECK(tl::green_p_value(0, 0, .25) == 1);
  CHECK_THAT(tl::normal_p_value(4), Catch::Matchers::WithinRel(3.167e-5, 1e-3));
  CHECK_THAT(tl::green_z(60, 100, .5), Catch::Matchers::WithinRel(2., 1e-12));
  CHECK(tl::green_z(0, 0, .5) == 0);
}

TEST_CASE("counts that cannot be are refused") {
  CHECK_THROWS_AS(tl::green_p_value(3, 2, .5), tl::Error);
  CHECK_THROWS_AS(tl::green_p_value(1, 2, 1), tl::Error);
}
