#pragma once
#include <tl/report/number.hpp>
#include <tl/report/plot_area.hpp>

namespace TL_NAMESPACE::report {

TL_INLINE void PlotArea::draw(Svg& svg, std::string_view x_label, std::string_view y_label) const {
  for (const double tick : y.ticks()) {
    svg.line(left, *up(tick), right, *up(tick), "grid");
    svg.text(left - 6, *up(tick) + 4, number(tick, 6), "muted end");
  }
  for (const double tick : x.ticks()) {
    svg.line(*across(tick), bottom, *across(tick), bottom + 4, "rule");
    svg.text(*across(tick), bottom + 17, number(tick, 6), "muted middle");
  }
  svg.line(left, bottom, right, bottom, "rule");
  svg.text((left + right) / 2, bottom + 34, x_label, "middle");
  svg.text(0, 13, y_label, "");
}

}  // namespace TL_NAMESPACE::report
