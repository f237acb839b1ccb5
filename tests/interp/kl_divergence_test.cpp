#include <tl/interp/kl_divergence.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("the divergence of two distributions over two tokens") {
  // p = (3/4, 1/4), q = (1/2, 1/2), each with logits shifted by a constant of its own.
  const float p[]{std::log(3.f) + 2, 2}, q[]{-5, -5}, probabilities[]{.75f, .25f};
  const LogitRow of_p{p, std::log(4.f) + 2}, of_q{q, std::log(2.f) - 5};
  CHECK(kl_divergence(probabilities, of_p, of_q) == Approx(.75 * std::log(1.5) + .25 * std::log(.5)).epsilon(1e-5));
  CHECK(kl_divergence(probabilities, of_p, of_p) == 0);
}
