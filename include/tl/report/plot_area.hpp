#pragma once
// The frame of a chart with two continuous axes: grid, ticks and labels, and where a point lies.
#include <optional>
#include <string_view>
#include <tl/report/axis.hpp>
#include <tl/report/svg.hpp>

namespace TL_NAMESPACE::report {

inline constexpr double plot_width = 440, plot_height = 270;  // of the whole drawing without a key

struct PlotArea {
  Axis x, y;
  double left = 52, right = plot_width - 26, top = 24, bottom = plot_height - 40;

  std::optional<double> across(double value) const {
    const auto place = x.place(value);
    return place ? std::optional(left + (right - left) * *place) : std::nullopt;
  }
  std::optional<double> up(double value) const {
    const auto place = y.place(value);
    return place ? std::optional(bottom - (bottom - top) * *place) : std::nullopt;
  }
  void draw(Svg& svg, std::string_view x_label, std::string_view y_label) const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/plot_area-inl.hpp>
#endif
