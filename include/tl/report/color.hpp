#pragma once
// Colours: chosen in OKLCH, where equal steps look equal, checked by WCAG's contrast, written as sRGB.
#include <cstdint>
#include <string>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::report {

struct Color {
  std::uint8_t red, green, blue;  // sRGB
  friend bool operator==(const Color&, const Color&) = default;
};
inline constexpr Color black{0, 0, 0}, white{255, 255, 255};

// lightness 0 to 1, chroma 0 to about 0.3, hue in degrees (Ottosson 2020, https://bottosson.github.io/posts/oklab).
// Where sRGB has no such colour the chroma is reduced until it has.
Color oklch(double lightness, double chroma, double hue);

double luminance(Color color);              // WCAG 2.2's relative luminance, 0 to 1
double contrast(Color one, Color another);  // WCAG 2.2's contrast ratio, 1 to 21

// Black or white, whichever contrasts more: at least 4.5 with any colour, WCAG's level AA.
inline Color text_on(Color background) {
  return contrast(background, black) > contrast(background, white) ? black : white;
}

std::string css(Color color);  // #0a84ff

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/color-inl.hpp>
#endif
