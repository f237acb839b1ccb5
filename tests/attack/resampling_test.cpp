#include <tl/attack/resampling.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

namespace {
const auto model = random_model<odd>();
const auto all = some_tokens(60, odd);
const tl::AttackedText text{std::span(all).first(5), std::span(all).subspan(5)};
}  // namespace

TEST_CASE("spans are drawn as from a model that has read all before them, once") {
  const auto after = tl::Resampling{model, .4, 3}(text, {2, 0});
  REQUIRE(after.size() == 55);
  std::vector<tl::Token> now(all.begin(), all.begin() + 5);
  std::size_t redrawn = 0;
  for (std::size_t i = 0; i != after.size(); ++i) {
    if (tl::uniform({2, 0}, i - i % 3, tl::Purpose::attack, 0) < .4) {
      ++redrawn;
      std::vector<double> below;
      double sum = 0;
      const auto logits = model(now);
      for (const float logit : logits(now.size() - 1).values()) below.push_back(sum += std::exp(double{logit}));
      const double target = sum * tl::uniform({2, 0}, i, tl::Purpose::attack, 1);
      CHECK(after[i] == std::ranges::upper_bound(below, target) - below.begin());
    } else {
      CHECK(after[i] == text.tokens[i]);
    }
    now.push_back(after[i]);
  }
  CHECK(redrawn > 10);
  CHECK(redrawn < 40);
}

TEST_CASE("a share of 0 changes nothing, and a first token without a prompt stays") {
  CHECK(tl::Resampling{model, 0, 3}(text, {}) == std::vector(text.tokens.begin(), text.tokens.end()));
  const auto after = tl::Resampling{model, 1, 1}({{}, all}, {});
  CHECK(after.front() == all.front());
  CHECK(after != all);
}

TEST_CASE("shares and spans that are none are refused") {
  CHECK_THROWS_WITH((tl::Resampling{model, 2, 3}), Catch::Matchers::StartsWith("the share of spans to draw anew is 2"));
  CHECK_THROWS_WITH((tl::Resampling{model, .5, 0}), Catch::Matchers::StartsWith("spans of no tokens "));
}
