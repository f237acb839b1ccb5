#pragma once
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/report/legend.hpp>
#include <tl/report/number.hpp>
#include <tl/report/svg.hpp>
#include <tl/report/token_label.hpp>
#include <tl/report/token_text.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

// The scale of all passages. Throws Error where there is nothing to draw or lengths disagree.
TL_INLINE ColorScale scale_of(const TokenText& chart) {
  const std::string name = "the coloured text " + text::in_quotes(chart.title);
  std::vector<float> values;
  for (const Passage& passage : chart.passages) {
    const std::size_t tokens = passage.tokens.size();
    if (passage.values.size() != tokens)
      throw Error(name, " has ", passage.values.size(), " values for ", tokens, " tokens");
    if (!passage.top.empty() && passage.top.size() != tokens)
      throw Error(name, " has ", passage.top.size(), " lists of candidates for ", tokens, " tokens");
    values.insert(values.end(), passage.values.begin(), passage.values.end());
  }
  if (values.empty()) throw Error(name, " has no tokens");
  return {chart.colors, values};
}

TL_INLINE std::string tip_of(const TokenText& chart, const Passage& passage, std::size_t i) {
  const float value = passage.values[i];
  std::string tip = std::to_string(i) + ' ' + isolated(token_label(passage.tokens[i])) + '\n';
  if (std::isfinite(value)) tip += number(value, 4) + (chart.unit.empty() ? "" : ' ' + chart.unit);
  else tip += "no value (" + number(value) + ')';
  return passage.top.empty() ? tip : tip + lines(passage.top[i]);
}

inline bool ends_line(std::string_view token) { return token.find('\n') != token.npos; }

TL_INLINE Svg draw(const TokenText& chart) {
  const ColorScale scale = scale_of(chart);
  constexpr double em = 7.3, height = 20;
  constexpr std::size_t line_columns = 88;
  Svg svg(line_columns * em, 0);
  draw_legend(svg, 0, 0, scale, chart.unit);
  double y = legend_height + 4;
  for (const Passage& passage : chart.passages) {
    if (!passage.label.empty()) {
      svg.text(0, y + 14, shorten(passage.label, 80), "muted");
      y += height;
    }
    std::size_t column = 0;
    for (std::size_t i = 0; i != passage.tokens.size(); ++i) {
      const std::string label = shorten(token_label(passage.tokens[i]), line_columns);
      const std::size_t width = columns(label);
      if (column != 0 && column + width > line_columns) {
        column = 0;
        y += height;
      }
      const double x = em * static_cast<double>(column), length = em * static_cast<double>(width);
      const std::string color = scale.css_class(passage.values[i]), tip = tip_of(chart, passage, i);
      if (color == "none")
        svg.path("M" + coordinate(x) + ' ' + coordinate(y + 18) + 'h' + coordinate(length - 1), "rule", tip);
      else svg.rect(x, y, length - 1, height - 2, color, tip);
      svg.text(x, y + 13, label, color == "none" ? "token" : "token " + color);
      column += width;
      if (ends_line(passage.tokens[i]) && i + 1 != passage.tokens.size()) {
        column = 0;
        y += height;
      }
    }
    y += height + 8;
  }
  svg.set_height(y);
  return svg;
}

}  // namespace detail

TL_INLINE std::string TokenText::svg() const { return detail::draw(*this).file(title); }

TL_INLINE std::string TokenText::html() const {
  const ColorScale scale = detail::scale_of(*this);
  Svg legend(legend_width(unit), legend_height);
  draw_legend(legend, 0, 0, scale, unit);
  std::string body = legend.in_page(false);
  for (const Passage& passage : passages) {
    if (!passage.label.empty()) body += "<p class=\"note\">" + escape(passage.label) + "</p>";
    body += "<p class=\"tokens\">";
    for (std::size_t i = 0; i != passage.tokens.size(); ++i) {
      body += "<span class=\"token mark " + scale.css_class(passage.values[i]) + "\" title=\"" +
              escape(detail::tip_of(*this, passage, i)) + "\">" + escape(token_label(passage.tokens[i])) + "</span>";
      if (detail::ends_line(passage.tokens[i])) body += "<br>";
    }
    body += "</p>";
  }
  return figure("token-text", title, note, body);
}

}  // namespace TL_NAMESPACE::report
