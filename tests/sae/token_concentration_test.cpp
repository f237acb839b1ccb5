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

TEST_CASE("features by their indices are what they are in a whole row, few of a token or many") {
  constexpr std::size_t units = 64;
  TokenConcentration sparse(units), dense(units);
  for (std::uint32_t i = 0; i != 200; ++i) {
    const Token token = static_cast<Token>(i % 3);
    // Token 0 meets two units, token 1 many.
    const std::vector<std::uint32_t> features{i % (token == 0 ? 2U : 62U), 63};
    const std::vector<float> values{1.f + static_cast<float>(i % 7), .5f};
    std::vector<float> row(units);
    for (std::size_t f = 0; f != features.size(); ++f) row[features[f]] += values[f];
    sparse.add(token, features, values);
    dense.add(token, row);
  }
  const auto a = sparse.concentrations(), b = dense.concentrations();
  for (std::size_t unit = 0; unit != units; ++unit) {
    INFO("unit " << unit);
    CHECK(a[unit].mass == b[unit].mass);
    CHECK(a[unit].top_token == b[unit].top_token);
    CHECK(a[unit].effective_tokens == b[unit].effective_tokens);
    CHECK(a[unit].information == b[unit].information);
  }
}
