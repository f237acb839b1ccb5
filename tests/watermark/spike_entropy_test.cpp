#include <cmath>
#include <tl/watermark/spike_entropy.hpp>
#include <vector>

#include "../catch.hpp"

TEST_CASE("spike entropy is least where one token is certain and greatest where all are equal") {
  const double gamma = .25, delta = 2, a = std::exp(delta), z = (1 - gamma) * (a - 1) / (1 + (a - 1) * gamma);
  const std::vector<float> certain{0, 60, 0, 0}, equal(4, 1.f);
  CHECK_THAT(tl::spike_entropy(certain, gamma, delta), Catch::Matchers::WithinRel(1 / (1 + z), 1e-9));
  CHECK_THAT(tl::spike_entropy(equal, gamma, delta), Catch::Matchers::WithinRel(1 / (1 + z / 4), 1e-9));
  CHECK_THAT(tl::spike_entropy(std::vector<float>{tl::removed_logit, 1, tl::removed_logit, 1}, gamma, delta),
             Catch::Matchers::WithinRel(1 / (1 + z / 2), 1e-9));
  CHECK(tl::spike_entropy(equal, gamma, 0) == 1);
}

TEST_CASE("a certain token is green with probability gamma, many equal ones with a gamma / (1 + (a - 1) gamma)") {
  const double gamma = .25, delta = 2, a = std::exp(delta);
  CHECK_THAT(tl::least_green_share(tl::spike_entropy(std::vector<float>{0, 99}, gamma, delta), gamma, delta),
             Catch::Matchers::WithinRel(gamma, 1e-9));
  CHECK_THAT(tl::least_green_share(1, gamma, delta),
             Catch::Matchers::WithinRel(a * gamma / (1 + (a - 1) * gamma), 1e-9));
}
