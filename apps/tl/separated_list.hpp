#pragma once
// Lists on the command line: items between commas, blanks around them dropped.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/token.hpp>
#include <vector>

#include "number.hpp"

namespace tl::app {

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Throws Error where the list, or an item of it, is empty.
inline std::vector<std::string_view> parse_list(std::string_view list, std::string_view option) {
  if (trimmed(list).empty()) throw Error(option, " is empty: list at least one item");
  std::vector<std::string_view> items;
  for (std::size_t from = 0; from <= list.size();) {
    const std::size_t comma = std::min(list.find(',', from), list.size());
    items.push_back(trimmed(list.substr(from, comma - from)));
    if (items.back().empty()) throw Error(option, " has nothing between two commas, or at an end: `", list, "`");
    from = comma + 1;
  }
  return items;
}

// "1,2,3". That the ids are of the vocabulary is the model's to check.
inline std::vector<Token> parse_tokens(std::string_view list, std::string_view option) {
  std::vector<Token> tokens;
  for (const std::string_view item : parse_list(list, option))
    tokens.push_back(parse_number<Token>(item, "an id of " + std::string(option)));
  return tokens;
}

}  // namespace tl::app
