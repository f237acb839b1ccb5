#pragma once
#include <algorithm>
#include <cmath>
#include <tl/report/heat_map.hpp>
#include <tl/report/legend.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

inline constexpr std::size_t most_cells = 1 << 16;  // 10 to 20 MB of page

TL_INLINE void check(const HeatMap& map) {
  const std::string name = "the heat map " + text::in_quotes(map.title);
  const auto& [row_axis, column_axis, rows, columns, values] = map.grid;
  if (values.empty()) throw Error(name, " has no cells");
  if (values.size() > most_cells)
    throw Error(name, " has ", values.size(), " cells, more than the ", most_cells, " that can be drawn: choose some");
  const auto require = [&](std::size_t count, std::size_t wanted, std::string_view what) {
    if (count != 0 && count != wanted) throw Error(name, " has ", count, " ", what, " for ", wanted);
  };
  require(map.row_labels.size(), rows, "row labels");
  require(map.column_labels.size(), columns, "column labels");
  require(map.cell_text.size(), values.size(), "cell texts");
  require(map.top.size(), values.size(), "lists of candidates");
}

// The labels as they are drawn: the given ones, or the indices.
TL_INLINE std::vector<std::string> axis_labels(const std::vector<std::string>& given, std::size_t count,
                                               std::size_t most_columns = 18) {
  std::vector<std::string> labels;
  for (std::size_t i = 0; i != count; ++i)
    labels.push_back(given.empty() ? std::to_string(i) : shorten(token_label(given[i]), most_columns));
  return labels;
}

// "pos 5 ·cat", or "head 5" where the label says no more.
inline std::string place(std::string_view axis, std::size_t index, const std::vector<std::string>& given) {
  const std::string number = std::to_string(index);
  std::string text = std::string(axis) + ' ' + number;
  if (!given.empty() && given[index] != number) text += ' ' + isolated(token_label(given[index]));
  return text;
}

TL_INLINE Svg draw(const HeatMap& map) {
  check(map);
  const Grid& grid = map.grid;
  const ColorScale scale(map.colors, grid.values);
  constexpr double em = 7.3, small_em = 6.5;  // the width of a column of a label, of small text
  const auto px = [](std::size_t count) { return static_cast<double>(count); };

  const std::vector<std::string> row_labels = axis_labels(map.row_labels, grid.rows);
  std::vector<std::string> cells;
  for (const std::string& text : map.cell_text) cells.push_back(shorten(token_label(text), 9));
  if (map.cell_text.empty() && map.show_values)
    for (const float value : grid.values) cells.push_back(std::isfinite(value) ? number(value, 2) : "");
  const double width = cells.empty() ? 22 : std::max(24.0, small_em * px(widest(cells)) + 8), height = 22;

  // Beside texts in cells the labels are as short as these; beside plain cells they are turned where they are long.
  const std::vector<std::string> column_labels = axis_labels(
      map.column_labels, grid.columns, map.cell_text.empty() ? 18 : static_cast<std::size_t>((width - 2) / em));

  const std::string row_axis = grid.row_axis + " \u2193", column_axis = grid.column_axis + " \u2192";
  const bool turned = em * px(widest(column_labels)) > width - 2;
  const double label_length = em * px(widest(column_labels));
  const double left =
      std::max(em * px(widest(row_labels)), small_em * px(std::max(columns(row_axis), columns(column_axis)))) + 10;
  const double top = legend_height + (turned ? std::max(0.87 * label_length + 12, 30.0) : 30);
  const double right = left + width * px(grid.columns);
  Svg svg(std::max({right + (turned ? label_length / 2 : 0) + 4, left + legend_width(map.unit)}),
          top + height * px(grid.rows) + 4);
  draw_legend(svg, left - 6, 0, scale, map.unit);
  svg.text(left - 6, top - 19, column_axis, "small muted end");
  svg.text(left - 6, top - 6, row_axis, "small muted end");

  for (std::size_t column = 0; column != grid.columns; ++column) {
    const double x = left + width * (px(column) + 0.5);
    if (turned) svg.turned_text(x + 3, top - 5, column_labels[column], "token");
    else svg.text(x, top - 6, column_labels[column], "token middle");
  }
  for (std::size_t row = 0; row != grid.rows; ++row) {
    const double y = top + height * px(row);
    svg.text(left - 6, y + 15, row_labels[row], "token end");
    for (std::size_t column = 0; column != grid.columns; ++column) {
      const std::size_t i = row * grid.columns + column;
      const double x = left + width * px(column);
      const float value = grid.values[i];
      std::string tip =
          place(grid.row_axis, row, map.row_labels) + ", " + place(grid.column_axis, column, map.column_labels) + '\n';
      if (std::isfinite(value)) tip += number(value, 4) + (map.unit.empty() ? "" : ' ' + map.unit);
      else tip += "no value (" + number(value) + ')';
      if (!map.cell_text.empty()) tip += '\n' + isolated(token_label(map.cell_text[i]));
      if (!map.top.empty()) tip += lines(map.top[i]);
      const std::string color = scale.css_class(value);
      if (std::isfinite(value)) svg.rect(x + 0.5, y + 0.5, width - 1, height - 1, color, tip);
      else svg.no_value(x + 0.5, y + 0.5, width - 1, height - 1, tip);
      if (!cells.empty())
        svg.text(x + width / 2, y + 15, cells[i], "token small middle " + (color == "none" ? "muted" : color));
    }
  }
  return svg;
}

}  // namespace detail

TL_INLINE std::string HeatMap::svg() const { return detail::draw(*this).file(title); }
TL_INLINE std::string HeatMap::html() const {
  return figure("heat-map", title, note, scrolling(detail::draw(*this).in_page(false)));
}

}  // namespace TL_NAMESPACE::report
