#include <cmath>
#include <tl/attack/homoglyphs.hpp>

#include "../catch.hpp"

namespace {
const std::string story = "Once upon a time, THERE was a \"qu\u00E9er\" fox. 42 \U0001F98A!\n";
}

TEST_CASE("the normaliser undoes both exactly, whatever the share") {
  for (const double share : {0., .1, .5, 1.}) {
    CHECK(tl::normalise_homoglyphs(tl::Homoglyphs{share}(story, {3, 0})) == story);
    CHECK(tl::normalise_homoglyphs(tl::ZeroWidth{share}(story, {3, 0})) == story);
  }
}

TEST_CASE("as many letters as are asked for") {
  CHECK(tl::Homoglyphs{0}(story, {}) == story);
  CHECK(tl::Homoglyphs{1}("a fox", {}) == "\u0430 f\u043E\u0445");
  CHECK(tl::ZeroWidth{1}("a fox1", {}) == "a\u200B f\u200Bo\u200Bx\u200B1");
  const std::string letters(10000, 'e');
  CHECK(static_cast<double>(tl::Homoglyphs{.2}(letters, {}).size()) == Approx(12000).margin(200));
  CHECK(static_cast<double>(tl::ZeroWidth{.2}(letters, {}).size()) == Approx(16000).margin(600));
}

TEST_CASE("shares beyond 0 and 1 are refused") {
  CHECK_THROWS_WITH(tl::Homoglyphs{1.5}, Catch::Matchers::StartsWith("the share of letters to exchange is 1.5"));
  CHECK_THROWS_WITH(tl::ZeroWidth{std::nan("")}, Catch::Matchers::StartsWith("the share of letters to part is "));
}
