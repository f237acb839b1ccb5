#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/number.hpp>

namespace TL_NAMESPACE::report {

TL_INLINE ColorScale::ColorScale(Colors colors, std::span<const float> values) : map_(colors.map), low_(0), high_(0) {
  bool any = false;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low_ = any ? std::min<double>(low_, value) : value;
    high_ = any ? std::max<double>(high_, value) : value;
    any = true;
  }
  if (colors.low) low_ = *colors.low;
  if (colors.high) high_ = *colors.high;
  if (map_ != ColorMap::sequential) {
    high_ = std::max(std::abs(low_), std::abs(high_));
    low_ = -high_;
  }
  const bool given = colors.low || colors.high;
  if (given && !(std::isfinite(low_) && std::isfinite(high_) && low_ < high_))
    throw Error("a colour scale cannot go from ", number(low_), " to ", number(high_),
                ": give a low end below the high one");
  if (low_ == high_) {  // one value: its colour is that of its distance from 0, or the scale is 0 to 1
    low_ = std::min(low_, 0.0);
    high_ = std::max(high_, 0.0);
    if (low_ == high_) high_ = 1;
    if (map_ != ColorMap::sequential) low_ = -high_;
  }
}

TL_INLINE std::optional<int> ColorScale::level(double value) const {
  if (!std::isfinite(value)) return {};
  return static_cast<int>(std::lround(std::clamp((value - low_) / (high_ - low_), 0.0, 1.0) * last_level));
}

TL_INLINE std::string css_class(ColorMap map, int level) {
  return "sdr"[static_cast<int>(map)] + std::to_string(level);
}

TL_INLINE std::string ColorScale::css_class(double value) const {
  const std::optional<int> level = this->level(value);
  return level ? report::css_class(map_, *level) : "none";
}

TL_INLINE Color level_color(ColorMap map, int level, Scheme scheme) {
  const double t = static_cast<double>(level) / last_level;
  const bool light = scheme == Scheme::light;
  if (map == ColorMap::sequential) {
    // Yellow-green is the lightest strong hue of sRGB and blue the darkest: between them chroma is had at every
    // lightness.
    // Both begin at nearly the paper's colour, so that what is left undrawn and what is just above differ by little.
    // More chroma would leave sRGB between green and blue, and the colours would jump there.
    const double blue = light ? t : 1 - t, fade = 1 - t;
    return oklch(light ? 0.985 - 0.615 * t : 0.225 + 0.705 * t, 0.005 + 0.10 * (1 - fade * fade * fade),
                 110 + 155 * blue);
  }
  const double distance = std::abs(2 * t - 1);
  if (map == ColorMap::red_green) {
    const bool red = t < 0.5;
    const double reach = light ? (red ? -0.42 : -0.17) : (red ? 0.24 : 0.50);
    return oklch((light ? 0.97 : 0.26) + reach * distance, 0.17 * distance, red ? 27 : 148);
  }
  return oklch(light ? 0.97 - 0.47 * distance : 0.26 + 0.50 * distance, 0.17 * distance, t < 0.5 ? 255 : 50);
}

TL_INLINE Color series_color(int series, Scheme scheme) {
  constexpr double hue[series_count]{255, 45, 160, 330, 95, 215};
  constexpr double lightness[series_count]{0.45, 0.62, 0.55, 0.50, 0.60, 0.62};
  return oklch(lightness[series] + (scheme == Scheme::light ? 0 : 0.22), 0.14, hue[series]);
}

}  // namespace TL_NAMESPACE::report
