#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/report/number.hpp>
#include <tl/report/plot_area.hpp>
#include <tl/report/token_label.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

inline double x_of(const Series& series, std::size_t i) {
  return series.x.empty() ? static_cast<double>(i) : series.x[i];
}

TL_INLINE PlotArea plot_area(const LineChart& chart) {
  const std::string name = "the line chart " + text::in_quotes(chart.title);
  std::vector<double> x, y;
  for (const Series& series : chart.series) {
    if (series.y.empty()) throw Error(name, " has no values of ", text::in_quotes(series.name));
    if (!series.x.empty() && series.x.size() != series.y.size())
      throw Error(name, " has ", series.x.size(), " x for ", series.y.size(), " y of ", text::in_quotes(series.name));
    if (!std::is_sorted(series.x.begin(), series.x.end()) ||
        std::any_of(series.x.begin(), series.x.end(), [](double value) { return !std::isfinite(value); }))
      throw Error(name, " has x of ", text::in_quotes(series.name), " that are not finite and ascending");
    for (std::size_t i = 0; i != series.y.size(); ++i) x.push_back(x_of(series, i));
    y.insert(y.end(), series.y.begin(), series.y.end());
  }
  if (chart.series.empty()) throw Error(name, " has no series");
  if (chart.series.size() > series_count)
    throw Error(name, " has ", chart.series.size(), " series, more than the ", series_count, " that can be told apart");
  return {.x = Axis(x, chart.x_spacing), .y = Axis(y, chart.y_spacing)};
}

struct Point {
  double x, y;
};

// A line through the points of one pixel column: where it enters, its least, its greatest, where it leaves.
inline void join(std::string& path, std::span<const Point> column) {
  const auto [least, greatest] =
      std::minmax_element(column.begin(), column.end(), [](Point a, Point b) { return a.y < b.y; });
  std::vector<Point> kept{column.front(), *std::min(least, greatest), *std::max(least, greatest), column.back()};
  if (column.size() <= 4) kept.assign(column.begin(), column.end());
  for (const Point& point : kept) path += (path.empty() ? 'M' : 'L') + coordinate(point.x) + ' ' + coordinate(point.y);
}

// The path of each unbroken run of points.
TL_INLINE void draw_line(Svg& svg, const PlotArea& area, const Series& series, const std::string& color) {
  std::string path;
  std::vector<Point> column;
  const auto flush = [&] {
    if (!column.empty()) join(path, column);
    column.clear();
  };
  const auto end_run = [&] {
    flush();
    if (!path.empty()) svg.path(path, "line " + color);
    path.clear();
  };
  for (std::size_t i = 0; i != series.y.size(); ++i) {
    const auto x = area.across(x_of(series, i)), y = area.up(series.y[i]);
    if (!x || !y) {
      end_run();
      continue;
    }
    if (!column.empty() && std::floor(column.front().x) != std::floor(*x)) flush();
    column.push_back({*x, *y});
  }
  end_run();
}

TL_INLINE Svg draw(const LineChart& chart) {
  const PlotArea area = plot_area(chart);
  constexpr double key_height = 20;
  constexpr std::size_t most_points = 120;  // that can be hovered, evenly chosen
  Svg svg(plot_width, plot_height + key_height * static_cast<double>(chart.series.size()));
  area.draw(svg, chart.x_label, chart.y_label);
  for (std::size_t s = 0; s != chart.series.size(); ++s) {
    const Series& series = chart.series[s];
    const std::string color = 'c' + std::to_string(s);
    draw_line(svg, area, series, color);
    const std::size_t stride = (series.y.size() + most_points - 1) / most_points;
    for (std::size_t i = 0; i < series.y.size(); i += stride) {
      const auto x = area.across(x_of(series, i)), y = area.up(series.y[i]);
      if (x && y)
        svg.circle(*x, *y, stride == 1 ? 3 : 2, color,
                   series.name + '\n' + (chart.x_label.empty() ? "x" : chart.x_label) + ' ' +
                       number(x_of(series, i), 6) + "\n" + (chart.y_label.empty() ? "y" : chart.y_label) + ' ' +
                       number(series.y[i], 5));
    }
    const double key = plot_height + key_height * static_cast<double>(s);
    svg.line(area.left, key + 8, area.left + 34, key + 8, "line " + color);
    svg.text(area.left + 42, key + 12, shorten(series.name, 52), "");
  }
  return svg;
}

}  // namespace detail

TL_INLINE std::string LineChart::svg() const { return detail::draw(*this).file(title); }
TL_INLINE std::string LineChart::html() const {
  return figure("line-chart", title, note, detail::draw(*this).in_page(true));
}

}  // namespace TL_NAMESPACE::report
