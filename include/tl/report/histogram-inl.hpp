#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/report/histogram.hpp>
#include <tl/report/number.hpp>
#include <tl/report/plot_area.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

TL_INLINE void check(const Histogram& chart) {
  const std::string name = "the histogram " + text::in_quotes(chart.title);
  const auto& [title, edges, counts, x_label, y_label, y_spacing, note] = chart;
  if (counts.empty()) throw Error(name, " has no bins");
  if (edges.size() != counts.size() + 1)
    throw Error(name, " has ", edges.size(), " edges for ", counts.size(), " bins");
  for (std::size_t i = 0; i != counts.size(); ++i) {
    if (!(std::isfinite(edges[i]) && std::isfinite(edges[i + 1]) && edges[i] < edges[i + 1]))
      throw Error(name, " has edges that are not finite and ascending");
    if (!(std::isfinite(counts[i]) && counts[i] >= 0)) throw Error(name, " has a count of ", number(counts[i]));
  }
}

TL_INLINE Svg draw(const Histogram& chart) {
  check(chart);
  const bool log = chart.y_spacing == Spacing::logarithmic;
  const double most = *std::max_element(chart.counts.begin(), chart.counts.end());
  const double base = log ? 0.5 : 0;  // below 1, so that a count of one has a bar
  const double ends[]{base, most > base ? most : 1};
  const PlotArea area{.x = Axis(chart.edges, Spacing::linear), .y = Axis(ends, chart.y_spacing)};
  Svg svg(plot_width, plot_height);
  area.draw(svg, chart.x_label, chart.y_label);
  for (std::size_t i = 0; i != chart.counts.size(); ++i) {
    const double left = *area.across(chart.edges[i]), right = *area.across(chart.edges[i + 1]);
    const double top = std::min(area.up(chart.counts[i]).value_or(area.bottom), area.bottom);
    const double gap = std::min(1.0, (right - left) / 4);
    svg.rect(left, top, right - left - gap, area.bottom - top, "c0",
             number(chart.edges[i], 4) + " to " + number(chart.edges[i + 1], 4) + '\n' + number(chart.counts[i], 6));
  }
  return svg;
}

}  // namespace detail

TL_INLINE std::string Histogram::svg() const { return detail::draw(*this).file(title); }
TL_INLINE std::string Histogram::html() const {
  return figure("histogram", title, note, detail::draw(*this).in_page(true));
}

TL_INLINE Binned bin(std::span<const float> values, std::size_t bins) {
  if (bins == 0) throw Error("a histogram needs at least one bin");
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const float value : values) {
    if (!std::isfinite(value)) continue;
    low = std::min<double>(low, value);
    high = std::max<double>(high, value);
  }
  if (low > high) throw Error("a histogram of ", values.size(), " values, none of them finite, cannot be drawn");
  if (low == high) {  // one value: in the middle
    const double around = std::max(std::abs(low) * 0.5, 0.5);
    low -= around;
    high += around;
  }
  Binned result{.edges = std::vector<double>(bins + 1), .counts = std::vector<double>(bins)};
  for (std::size_t i = 0; i <= bins; ++i)
    result.edges[i] = i == bins ? high : low + (high - low) * static_cast<double>(i) / static_cast<double>(bins);
  for (const float value : values) {
    if (!std::isfinite(value)) {
      ++result.without_value;
      continue;
    }
    const double place = (value - low) / (high - low) * static_cast<double>(bins);
    ++result.counts[std::min(static_cast<std::size_t>(place), bins - 1)];
  }
  return result;
}

}  // namespace TL_NAMESPACE::report
