#pragma once
// Numbers as charts show them: the same in every locale.
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::report {

// As printf's %.*g: 0.0123, 1.2e-05, nan, -inf; but integer parts of up to six digits are whole, and no zero is
// negative.
inline std::string number(double value, int significant_digits = 3) {
  char text[64];
  for (double limit = std::pow(10, significant_digits); limit < 1e6 && std::abs(value) >= limit; limit *= 10)
    ++significant_digits;
  const auto end =
      std::to_chars(text, text + sizeof text, value == 0 ? 0 : value, std::chars_format::general, significant_digits);
  return end.ec == std::errc() ? std::string(text, end.ptr) : "?";
}

// A coordinate or length of a drawing, in tenths of a pixel.
inline std::string coordinate(double value) { return number(std::round(value * 10) / 10, 7); }

}  // namespace TL_NAMESPACE::report
