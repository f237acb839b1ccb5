#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tl/report/color.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

// Linear sRGB, possibly outside 0 to 1.
inline std::array<double, 3> linear_srgb(double lightness, double chroma, double hue) {
  const double angle = hue * std::numbers::pi / 180, a = chroma * std::cos(angle), b = chroma * std::sin(angle);
  const auto cube = [](double x) { return x * x * x; };
  const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
          -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
          -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
}

}  // namespace detail

TL_INLINE Color oklch(double lightness, double chroma, double hue) {
  const auto outside = [](double x) { return x < -1e-4 || x > 1 + 1e-4; };
  std::array<double, 3> linear = detail::linear_srgb(lightness, chroma, hue);
  for (; chroma > 1e-3 && std::any_of(linear.begin(), linear.end(), outside); chroma *= 0.97)
    linear = detail::linear_srgb(lightness, chroma, hue);
  const auto encoded = [](double x) {
    x = std::clamp(x, 0.0, 1.0);
    x = x <= 0.0031308 ? 12.92 * x : 1.055 * std::pow(x, 1 / 2.4) - 0.055;
    return static_cast<std::uint8_t>(std::lround(255 * x));
  };
  return {encoded(linear[0]), encoded(linear[1]), encoded(linear[2])};
}

TL_INLINE double luminance(Color color) {
  const auto linear = [](std::uint8_t byte) {
    const double x = byte / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

TL_INLINE double contrast(Color one, Color another) {
  const auto [darker, lighter] = std::minmax({luminance(one), luminance(another)});
  return (lighter + 0.05) / (darker + 0.05);
}

TL_INLINE std::string css(Color color) {
  std::string text = "#";
  for (const std::uint8_t byte : {color.red, color.green, color.blue}) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

}  // namespace TL_NAMESPACE::report
