#include <tl/report/color.hpp>

#include "../catch.hpp"

using namespace tl::report;

TEST_CASE("OKLCH: its own corners, and primaries of sRGB") {
  REQUIRE(oklch(0, 0, 0) == black);
  REQUIRE(oklch(1, 0, 0) == white);
  REQUIRE(oklch(0.62796, 0.25768, 29.234) == Color{255, 0, 0});
  REQUIRE(oklch(0.86644, 0.29483, 142.495) == Color{0, 255, 0});
  REQUIRE(oklch(0.45201, 0.31321, 264.052) == Color{0, 0, 255});
  const Color gray = oklch(0.6, 0, 123);
  REQUIRE(gray.red == gray.green);
  REQUIRE(gray.green == gray.blue);
}

TEST_CASE("a colour that sRGB does not have keeps its lightness") {
  const Color strong = oklch(0.9, 0.4, 264), weak = oklch(0.9, 0.02, 264);
  REQUIRE(strong.blue > strong.red);
  REQUIRE(luminance(strong) == Approx(luminance(weak)).epsilon(0.05));
}

TEST_CASE("contrast is WCAG's") {
  REQUIRE(contrast(black, white) == Approx(21));
  REQUIRE(contrast(white, white) == Approx(1));
  REQUIRE(contrast({119, 119, 119}, white) == Approx(4.48).epsilon(0.001));  // #777, the known near miss of AA
  REQUIRE(text_on({255, 255, 0}) == black);
  REQUIRE(text_on({0, 0, 160}) == white);
}

TEST_CASE("colours as CSS") { REQUIRE(css({10, 132, 255}) == "#0a84ff"); }
