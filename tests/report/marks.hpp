#pragma once
// Counting in what a chart has drawn.
#include <cstddef>
#include <string>
#include <string_view>

inline std::size_t count(std::string_view text, std::string_view what) {
  std::size_t times = 0;
  for (std::size_t from = text.find(what); from != text.npos; from = text.find(what, from + what.size())) ++times;
  return times;
}

inline std::size_t marks(std::string_view drawing) { return count(drawing, " class=\"mark "); }

inline bool contains(std::string_view text, std::string_view what) { return text.find(what) != text.npos; }
