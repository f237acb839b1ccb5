#pragma once
// Values as colours, in 65 levels. Colours are style sheet classes, so that one drawing serves light and dark.
#include <optional>
#include <span>
#include <string>
#include <tl/core/namespace.hpp>
#include <tl/report/color.hpp>

namespace TL_NAMESPACE::report {

// sequential: from the paper's colour to the strongest, s0 to s64. diverging: from blue by the paper's colour, which is
// 0, to orange, d0 to d64. red_green: likewise from red to green, r0 to r64, for what is called so. Lightness alone
// orders a sequential scale; blue and orange differ for colour-blind eyes, and of red and green the red is the darker.
enum class ColorMap { sequential, diverging, red_green };
inline constexpr ColorMap color_maps[]{ColorMap::sequential, ColorMap::diverging, ColorMap::red_green};
inline constexpr int last_level = 64;

// What a chart asks for. Ends not given are those of its values; all scales but the sequential are symmetric around 0.
struct Colors {
  ColorMap map = ColorMap::sequential;
  std::optional<double> low{}, high{};
};
constexpr Colors sequential() { return {}; }
constexpr Colors sequential(double low, double high) { return {ColorMap::sequential, low, high}; }
constexpr Colors diverging() { return {ColorMap::diverging, {}, {}}; }
constexpr Colors diverging(double limit) { return {ColorMap::diverging, -limit, limit}; }
constexpr Colors red_green(double limit) { return {ColorMap::red_green, -limit, limit}; }

class ColorScale {
 public:
  // Throws Error where ends are given that are not finite, or not low < high.
  ColorScale(Colors colors, std::span<const float> values);

  ColorMap map() const { return map_; }
  double low() const { return low_; }
  double high() const { return high_; }
  // 0 to last_level, values beyond the ends at the ends; nothing for NaN and infinities.
  std::optional<int> level(double value) const;
  std::string css_class(double value) const;  // s12, d40, or none

 private:
  ColorMap map_;
  double low_, high_;
};

std::string css_class(ColorMap map, int level);

enum class Scheme { light, dark };
Color level_color(ColorMap map, int level, Scheme scheme);

// What is under all: white, or nearly black.
constexpr Color paper(Scheme scheme) { return scheme == Scheme::light ? white : Color{22, 23, 28}; }

// Of the classes c0 to c5: hues of lightnesses that differ as well, each at least 3 : 1 on the paper
// (WCAG 2.2, 1.4.11).
inline constexpr int series_count = 6;
Color series_color(int series, Scheme scheme);

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/color_scale-inl.hpp>
#endif
