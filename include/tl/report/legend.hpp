#pragma once
// The bar that says which colour is which value.
#include <algorithm>
#include <string>
#include <tl/report/color_scale.hpp>
#include <tl/report/number.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>

namespace TL_NAMESPACE::report {

inline constexpr double legend_height = 24;

// Enough for one of that unit.
inline double legend_width(std::string_view unit) { return 200 + 6.5 * static_cast<double>(columns(unit)); }

// With the values of its ends and the unit; legend_height high, from y down.
inline void draw_legend(Svg& svg, double x, double y, const ColorScale& scale, std::string_view unit) {
  const std::string low = number(scale.low()), high = number(scale.high());
  const double bar = x + 6 + 7 * static_cast<double>(low.size());
  constexpr double step = 3;
  constexpr int stride = 2;
  for (int level = 0; level <= last_level; level += stride)
    svg.rect(bar + step * level / stride, y + 2, step + 0.5, 10, css_class(scale.map(), level));
  svg.text(bar - 5, y + 11, low, "small muted end");
  svg.text(bar + step * (last_level / stride + 1) + 5, y + 11,
           std::string(high) + (unit.empty() ? "" : "  ") + std::string(unit), "small muted");
}

}  // namespace TL_NAMESPACE::report
