#pragma once
// A table, which may lead to other parts of its page, and may be searched.
#include <concepts>
#include <string>
#include <tl/report/figure.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE::report {

struct Cell {
  std::string text;
  std::string part{};  // the anchor of a Report's part, where the cell leads there

  template <class Text>
  requires std::convertible_to<Text, std::string> Cell(Text&& words) : text(std::forward<Text>(words)) {}
  Cell(std::string words, std::string anchor) : text(std::move(words)), part(std::move(anchor)) {}
};
using Cells = std::vector<Cell>;

// Cells that are numbers stand to the right. With `words`, one text a row, a box above finds rows: those whose words
// include, for each term that is typed, one that begins with it, or that equals it where the term is a number. Upper
// and lower case are one. The rows then scroll by themselves, and Enter follows the first link.
struct Table {
  std::string title{};
  Cells header;
  std::vector<Cells> rows;
  std::vector<std::string> words{};
  std::string note{};

  // Throws Error where a row is not as long as the header, or there are words for another number of rows.
  std::string html() const;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/table-inl.hpp>
#endif
