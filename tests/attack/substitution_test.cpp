#include <cmath>
#include <tl/attack/substitution.hpp>

#include "../catch.hpp"
#include "attacked.hpp"

namespace {
const tl::BernoulliList quarter{.25};
const tl::AttackedText nothing{};
}  // namespace

// The mean of z of 12 texts has a standard error of about .3. docs/findings.md has 400 texts of the model.
TEST_CASE("a left hash survives where a token and those before it do") {
  const auto check = [](const auto& scheme, double share) {
    const auto z = attacked::mean_z(scheme, tl::Substitution{share, 256});
    const double width = static_cast<double>(scheme.width());
    CHECK(z.after == Approx(z.before * std::pow(1 - share, width + 1)).margin(.8));
  };
  check(tl::WatermarkScheme{1, tl::LeftHash<1>{}, quarter}, .3);
  check(tl::WatermarkScheme{2, tl::LeftHash<3>{}, quarter}, .2);
}

TEST_CASE("one list for all contexts survives where its token does") {
  // Colours count once, so of a vocabulary of 256 every new token is one that would not have been scored yet.
  const auto z = attacked::mean_z(tl::WatermarkScheme{1, tl::Unigram{}, quarter}, tl::Substitution{.3, 256});
  CHECK(z.after < z.before);
}

TEST_CASE("as many tokens change as are asked for, each into another") {
  const auto text = texts::random(20000, 1, 7);
  const auto after = tl::Substitution{.3, 7}({{}, text}, {5, 0});
  std::size_t changed = 0;
  std::array<std::size_t, 7> into{};
  for (std::size_t i = 0; i != text.size(); ++i)
    if (after[i] != text[i]) {
      ++changed;
      ++into.at(static_cast<std::size_t>(after[i]));
    }
  CHECK(static_cast<double>(changed) == Approx(6000).margin(5 * std::sqrt(20000 * .3 * .7)));
  for (const std::size_t count : into) CHECK(static_cast<double>(count) == Approx(6000. / 7).margin(150));
  CHECK(tl::Substitution{0, 7}({{}, text}, {}) == text);
  CHECK(tl::Substitution{.3, 7}({{}, text}, {5, 0}) == after);
  CHECK(tl::Substitution{.3, 7}({{}, text}, {6, 0}) != after);
  CHECK(tl::Substitution{1, 7}(nothing, {}).empty());
}

TEST_CASE("a share is from 0 to 1") {
  for (const double share : {-.1, 1.1, std::nan("")})
    CHECK_THROWS_WITH(tl::Substitution(share, 7),
                      Catch::Matchers::StartsWith("the share of tokens to substitute is ") &&
                          Catch::Matchers::EndsWith(": it must be from 0 to 1"));
  CHECK_THROWS_WITH(tl::Substitution(.1, 1), "a vocabulary of 1 tokens has no other to substitute");
}
