#pragma once
#include <algorithm>
#include <tl/core/error.hpp>
#include <tl/report/branch_timeline.hpp>
#include <tl/report/color_scale.hpp>
#include <tl/report/number.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

// The last pass of any lane. Throws Error where there is no token.
TL_INLINE std::size_t last_pass(const BranchTimeline& chart) {
  std::size_t last = 0;
  for (const BranchLane& lane : chart.lanes)
    if (!lane.tokens.empty()) last = std::max(last, lane.first_pass + lane.tokens.size() - 1);
  if (last == 0) throw Error("the timeline ", text::in_quotes(chart.title), " has no tokens");
  return last;
}

inline std::string lane_color(std::size_t lane) { return 'c' + std::to_string(lane % std::size_t{series_count}); }

TL_INLINE std::string tip_of(const BranchLane& lane, std::size_t i) {
  return isolated(token_label(lane.tokens[i])) + '\n' + lane.label + ", pass " + std::to_string(lane.first_pass + i);
}

TL_INLINE Svg draw(const BranchTimeline& chart) {
  const std::size_t last = last_pass(chart);
  std::vector<std::string> labels;
  for (const BranchLane& lane : chart.lanes) labels.push_back(shorten(token_label(lane.label), 16));
  constexpr double height = 22, width = 640;
  const double left = 7.3 * static_cast<double>(widest(labels)) + 10;
  const double cell = std::clamp((width - left) / static_cast<double>(last), 4.0, 22.0);
  const auto x = [&](std::size_t pass) { return left + cell * static_cast<double>(pass - 1); };
  const double bottom = height * static_cast<double>(chart.lanes.size());
  Svg svg(x(last + 1) + 84, bottom + 34);
  for (std::size_t row = 0; row != chart.lanes.size(); ++row) {
    const BranchLane& lane = chart.lanes[row];
    const double y = height * static_cast<double>(row);
    svg.text(left - 6, y + 15, labels[row], "end");
    for (std::size_t i = 0; i != lane.tokens.size(); ++i)
      svg.rect(x(lane.first_pass + i), y + 3, cell - 1, height - 6, lane_color(row), tip_of(lane, i));
  }
  svg.line(left, bottom + 2, x(last + 1), bottom + 2, "rule");
  std::size_t step = 1;  // 1, 2, 5, 10, 20, 50, ...
  for (std::size_t i = 0; 6 * step < last; ++i) step = i % 3 == 1 ? step / 2 * 5 : step * 2;
  for (std::size_t pass = 1; pass <= last; pass = pass == 1 && step != 1 ? step : pass + step)
    svg.text(x(pass) + cell / 2, bottom + 16, std::to_string(pass), "small muted middle");
  svg.text(x(last + 1) + 6, bottom + 16, "forward pass", "small muted");
  return svg;
}

}  // namespace detail

TL_INLINE std::string BranchTimeline::svg() const { return detail::draw(*this).file(title); }

TL_INLINE std::string BranchTimeline::html() const {
  const std::string last = std::to_string(detail::last_pass(*this));
  std::string body = scrolling(detail::draw(*this).in_page(false));
  // Of no use without the script, which shows it.
  body += "<label class=\"pass\" hidden>Forward pass <input type=\"range\" min=\"0\" max=\"" + last + "\" value=\"" +
          last + "\"> <output>" + last + "</output></label><div class=\"lanes\">";
  for (std::size_t row = 0; row != lanes.size(); ++row) {
    const BranchLane& lane = lanes[row];
    body += "<section><b class=\"lane\"><svg width=\"10\" height=\"10\"><rect width=\"10\" height=\"10\" class=\"" +
            detail::lane_color(row) + "\"/></svg> " + escape(lane.label) + "</b><p>";
    if (!lane.text.empty()) body += "<i>" + escape(lane.text) + "</i>";
    for (std::size_t i = 0; i != lane.tokens.size(); ++i) {
      // A byte of a longer character, and what is not to be seen, is shown as a label; all else is text.
      const bool readable = token_label(lane.tokens[i]).find('\\') == std::string::npos;
      body += "<span data-pass=\"" + std::to_string(lane.first_pass + i) + "\">" +
              escape(readable ? lane.tokens[i] : token_label(lane.tokens[i])) + "</span>";
    }
    body += "</p></section>";
  }
  return figure("branch-timeline", title, note, body + "</div>");
}

}  // namespace TL_NAMESPACE::report
