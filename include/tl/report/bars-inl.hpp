#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tl/core/error.hpp>
#include <tl/report/bars.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/number.hpp>
#include <tl/report/plot_area.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

struct Bar {
  std::string label;
  double value;
};

// In the order they are drawn.
TL_INLINE std::vector<Bar> sorted_bars(const Bars& chart) {
  const std::string name = "the bar chart " + text::in_quotes(chart.title);
  if (chart.values.empty()) throw Error(name, " has no bars");
  if (chart.labels.size() != chart.values.size())
    throw Error(name, " has ", chart.labels.size(), " labels for ", chart.values.size(), " values");
  if (chart.most < 2) throw Error(name, " may show at most ", chart.most, " bars: give two or more");
  std::vector<Bar> bars, unknown;
  for (std::size_t i = 0; i != chart.values.size(); ++i)
    (std::isfinite(chart.values[i]) ? bars : unknown).push_back({token_label(chart.labels[i]), chart.values[i]});
  const auto greater = [](const Bar& a, const Bar& b) { return a.value > b.value; };
  if (bars.size() > chart.most) {
    std::stable_sort(bars.begin(), bars.end(),
                     [](const Bar& a, const Bar& b) { return std::abs(a.value) > std::abs(b.value); });
    const auto first = bars.begin() + static_cast<std::ptrdiff_t>(chart.most - 1);
    const double rest =
        std::accumulate(first, bars.end(), 0.0, [](double sum, const Bar& bar) { return sum + bar.value; });
    const std::size_t count = bars.size() - (chart.most - 1);
    bars.erase(first, bars.end());
    std::stable_sort(bars.begin(), bars.end(), greater);
    bars.push_back({"the other " + std::to_string(count), rest});
  } else {
    std::stable_sort(bars.begin(), bars.end(), greater);
  }
  bars.insert(bars.end(), unknown.begin(), unknown.end());
  return bars;
}

TL_INLINE Svg draw(const Bars& chart) {
  const std::vector<Bar> bars = sorted_bars(chart);
  constexpr double height = 19, number_width = 58;
  double low = 0, high = 0, sum = 0;
  std::size_t unknown = 0;
  std::vector<std::string> labels;
  for (const Bar& bar : bars) {
    labels.push_back(shorten(bar.label, 24));
    if (!std::isfinite(bar.value)) {
      ++unknown;
      continue;
    }
    low = std::min(low, bar.value);
    high = std::max(high, bar.value);
    sum += bar.value;
  }
  const double range = high > low ? high - low : 1;
  const double left = 7.3 * static_cast<double>(widest(labels)) + 10;
  const double bar_width = std::max(plot_width - left - 2 * number_width, 160.0);
  const double zero = left + number_width + bar_width * -low / range;
  Svg svg(left + bar_width + 2 * number_width, height * (static_cast<double>(bars.size()) + 1) + 10);
  for (std::size_t i = 0; i != bars.size(); ++i) {
    const double y = height * static_cast<double>(i), value = bars[i].value;
    svg.text(left - 6, y + 14, labels[i], "token end");
    const std::string tip = isolated(bars[i].label) + '\n' +
                            (std::isfinite(value) ? number(value, 5) + (chart.unit.empty() ? "" : ' ' + chart.unit)
                                                  : "no value (" + number(value) + ')');
    if (!std::isfinite(value)) {
      svg.no_value(zero, y + 2, 20, height - 4, tip);
      continue;
    }
    const double length = std::max(0.5, bar_width * std::abs(value) / range);
    svg.rect(value < 0 ? zero - length : zero, y + 2, length, height - 4, value < 0 ? "d6" : "d58", tip);
    if (value < 0) svg.text(zero - length - 4, y + 14, number(value), "small muted end");
    else svg.text(zero + length + 4, y + 14, number(value), "small muted");
  }
  const double bottom = height * static_cast<double>(bars.size());
  svg.line(zero, 0, zero, bottom + 2, "rule");
  svg.text(left - 6, bottom + 18, "sum", "end");
  svg.text(zero + 4, bottom + 18,
           number(sum, 5) + (chart.unit.empty() ? "" : ' ' + chart.unit) +
               (unknown == 0 ? "" : ", without " + std::to_string(unknown) + " that have no value"),
           "");
  return svg;
}

}  // namespace detail

TL_INLINE std::string Bars::svg() const { return detail::draw(*this).file(title); }
TL_INLINE std::string Bars::html() const { return figure("bars", title, note, detail::draw(*this).in_page(true)); }

}  // namespace TL_NAMESPACE::report
