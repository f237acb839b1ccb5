#pragma once
// Aligned columns for people. Widths are those of a terminal, where a Chinese character takes two columns.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "terminal.hpp"

namespace tl::app {

class Table {
 public:
  using Row = std::vector<std::string>;

  // A heading that begins with '>' aligns its column to the right. Where all are empty there is no line of them.
  explicit Table(Row headings) : rows_{std::move(headings)} {
    for (std::string& heading : rows_.front()) {
      right_.push_back(heading.starts_with('>'));
      if (right_.back()) heading.erase(0, 1);
    }
  }

  void add(Row row) { rows_.push_back(std::move(row)); }

  std::string text() const {
    std::vector<std::size_t> widths(right_.size());
    for (const Row& row : rows_)
      for (std::size_t i = 0; i != row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
    std::string out;
    for (const Row& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i != row.size(); ++i) {
        if (i != 0) line += "  ";
        const std::string blanks(widths[i] - width(row[i]), ' ');
        line += right_[i] ? blanks + row[i] : row[i] + blanks;
      }
      line.erase(line.find_last_not_of(' ') + 1);
      const bool heading = &row == &rows_.front();
      if (!heading) out += line + "\n";
      else if (!line.empty()) out += faint(line) + "\n";
    }
    return out;
  }

 private:
  static std::size_t width(const std::string& text) { return fmt::detail::compute_width(fmt::string_view(text)); }

  std::vector<Row> rows_;
  std::vector<bool> right_;
};

}  // namespace tl::app
