#pragma once
#include <charconv>
#include <string_view>
#include <system_error>
#include <tl/core/error.hpp>
#include <tl/report/escape.hpp>
#include <tl/report/table.hpp>
#include <tl/text/printable.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

inline bool is_number(std::string_view text) {
  double value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  return end.ec == std::errc() && end.ptr == text.data() + text.size();
}

TL_INLINE std::string link_or_text(const Cell& cell) {
  return cell.part.empty() ? escape(cell.text) : "<a href=\"#" + escape(cell.part) + "\">" + escape(cell.text) + "</a>";
}

}  // namespace detail

TL_INLINE std::string Table::html() const {
  const std::string name = title.empty() ? "a table" : "the table " + text::in_quotes(title);
  const bool search = !words.empty();
  if (search && words.size() != rows.size())
    throw Error(name, " has words for ", words.size(), " rows, and has ", rows.size());
  std::string html;
  if (search)  // shown by the script, without which it would not work
    html +=
        "<p class=\"search\" hidden><input type=\"search\" aria-label=\"Search\" placeholder=\"Search\" "
        "autocomplete=\"off\" "
        "spellcheck=\"false\"> <output></output></p>";
  html += search ? "<div class=\"scroll long\" tabindex=\"0\">" : "<div class=\"scroll\">";
  html += "<table><thead><tr>";
  for (const Cell& cell : header) html += "<th scope=\"col\">" + escape(cell.text) + "</th>";
  html += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i != rows.size(); ++i) {
    if (rows[i].size() != header.size())
      throw Error(name, " has a row of ", rows[i].size(), " cells under a header of ", header.size());
    html += search ? "<tr data-words=\"" + escape(words[i]) + "\">" : "<tr>";
    for (const Cell& cell : rows[i])
      html += (detail::is_number(cell.text) ? "<td class=\"number\">" : "<td>") + detail::link_or_text(cell) + "</td>";
    html += "</tr>\n";
  }
  return figure("table", title, note, html + "</tbody></table></div>");
}

}  // namespace TL_NAMESPACE::report
