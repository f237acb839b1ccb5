#include <tl/sae/token_concentration.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("a unit of one token, one of two, one of all, and one that is silent") {
  TokenConcentration found(4);
  for (int round = 0; round != 3; ++round) {
    found.add(7, std::vector<float>{2, 1, 1, 0});
    found.add(2, std::vector<float>{-1, 1, 1, -3});
    found.add(0, std::vector<float>{0, 0, 1, 0});
    found.add(5, std::vector<std::uint32_t>{2}, std::vector<float>{1});
  }
  const auto of = found.concentrations();
  CHECK(of[0].mass == 6);
  CHECK(of[0].top_token == 7);
  CHECK(of[0].top_share == 1);
  CHECK(of[0].effective_tokens == Approx(1));
  CHECK(of[0].information == Approx(std::log(4.)));
  CHECK(of[1].top_share == Approx(.5));
  CHECK(of[1].effective_tokens == Approx(2));
  CHECK(of[1].information == Approx(std::log(2.)));
  CHECK(of[2].effective_tokens == Approx(4));
  CHECK(of[2].information == Approx(0).margin(1e-12));
  CHECK(of[3].mass == 0);
}
