#include <cmath>
#include <cstdlib>
#include <limits>
#include <tl/report/color_scale.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"

using namespace tl::report;

namespace {
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
}

TEST_CASE("a sequential scale goes from the least value to the greatest, whatever is not finite") {
  const float values[]{quiet_nan, 2, -1, infinity, 1};
  const ColorScale scale(sequential(), values);
  REQUIRE(scale.low() == -1);
  REQUIRE(scale.high() == 2);
  REQUIRE(scale.level(-1) == 0);
  REQUIRE(scale.level(2) == last_level);
  REQUIRE(scale.level(0.5) == last_level / 2);
  REQUIRE(scale.css_class(2) == "s64");
  for (const double bad : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
    REQUIRE_FALSE(scale.level(bad));
    REQUIRE(scale.css_class(bad) == "none");
  }
}

TEST_CASE("a diverging scale is symmetric: 0 is its middle") {
  const float values[]{-3, 1};
  const ColorScale scale(diverging(), values);
  REQUIRE(scale.low() == -3);
  REQUIRE(scale.high() == 3);
  REQUIRE(scale.level(0) == last_level / 2);
  REQUIRE(scale.css_class(-3) == "d0");
  REQUIRE(ColorScale(diverging(2), values).high() == 2);
}

TEST_CASE("ends that are given hold, and what is beyond has their colour") {
  const float values[]{-5, 5};
  const ColorScale scale(sequential(0, 1), values);
  REQUIRE(scale.level(-5) == 0);
  REQUIRE(scale.level(5) == last_level);
  REQUIRE(error_of([&] { ColorScale(sequential(1, 1), values); }) ==
          "a colour scale cannot go from 1 to 1: give a low end below the high one");
  REQUIRE(error_of([&] { ColorScale(sequential(0, std::nan("")), values); }) ==
          "a colour scale cannot go from 0 to nan: give a low end below the high one");
  REQUIRE(error_of([&] { ColorScale(diverging(0), values); }) ==
          "a colour scale cannot go from 0 to 0: give a low end below the high one");
}

TEST_CASE("one value, or none, has a scale too") {
  const float two[]{2, 2}, zero[]{0}, none[]{quiet_nan};
  REQUIRE(ColorScale(sequential(), two).level(2) == last_level);
  REQUIRE(ColorScale(sequential(), zero).level(0) == 0);
  REQUIRE(ColorScale(diverging(), zero).level(0) == last_level / 2);
  REQUIRE(ColorScale(sequential(), none).high() == 1);
}

TEST_CASE("series can be seen on the paper and differ") {
  for (const Scheme scheme : {Scheme::light, Scheme::dark})
    for (int i = 0; i != series_count; ++i) {
      REQUIRE(contrast(series_color(i, scheme), paper(scheme)) >= 3);
      for (int k = 0; k != i; ++k) REQUIRE(series_color(i, scheme) != series_color(k, scheme));
    }
}

TEST_CASE("lightness orders the colours, in small steps, and text on each can be read") {
  for (const Scheme scheme : {Scheme::light, Scheme::dark}) {
    const double away = scheme == Scheme::light ? -1 : 1;  // from the paper
    for (int level = 0; level <= last_level; ++level) {
      for (const ColorMap map : color_maps) {
        const Color color = level_color(map, level, scheme);
        REQUIRE(contrast(color, text_on(color)) >= 4.5);
        if (level == 0) continue;
        const Color before = level_color(map, level - 1, scheme);
        REQUIRE(std::abs(color.red - before.red) <= 16);
        REQUIRE(std::abs(color.green - before.green) <= 16);
        REQUIRE(std::abs(color.blue - before.blue) <= 16);
      }
      if (level == 0) continue;
      const double step = luminance(level_color(ColorMap::sequential, level, scheme)) -
                          luminance(level_color(ColorMap::sequential, level - 1, scheme));
      REQUIRE(step * away > 0);
      REQUIRE(step * away < 0.05);
    }
    constexpr int middle = last_level / 2;
    for (int distance = 1; distance <= middle; ++distance)
      for (const int side : {-1, 1})
        REQUIRE((luminance(level_color(ColorMap::diverging, middle + side * distance, scheme)) -
                 luminance(level_color(ColorMap::diverging, middle + side * (distance - 1), scheme))) *
                    away >
                0);
    const Color red = level_color(ColorMap::red_green, 0, scheme),
                green = level_color(ColorMap::red_green, last_level, scheme);
    REQUIRE(red.red > red.green);
    REQUIRE(green.green > green.red);
    REQUIRE(contrast(red, green) > 1.8);
    const Color blue = level_color(ColorMap::diverging, 0, scheme),
                orange = level_color(ColorMap::diverging, last_level, scheme);
    REQUIRE(blue.blue > blue.red + 80);
    REQUIRE(orange.red > orange.blue + 80);
  }
}
