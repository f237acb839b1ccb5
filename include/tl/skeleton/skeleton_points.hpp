#pragma once
// The points of a skeleton that was written as a numbered list.
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct SkeletonPoint {
  std::size_t index;  // its number in the list
  std::string text;
  friend bool operator==(const SkeletonPoint&, const SkeletonPoint&) = default;
};

// A point is a line that begins with a number and a full stop, "10. ten", and says something; also the last line where
// it was cut off. Of equal numbers the first counts (Ning et al., 2023, take the same). In the order of the text.
// Unlike their pattern this takes neither the "3.5" within a line for a point nor the line below an empty one for its
// text.
inline std::vector<SkeletonPoint> skeleton_points(std::string_view text) {
  constexpr std::string_view digits = "0123456789", blanks = " \t\r";
  const auto trimmed = [&](std::string_view line) {
    const std::size_t first = line.find_first_not_of(blanks);
    return first == line.npos ? std::string_view() : line.substr(first, line.find_last_not_of(blanks) + 1 - first);
  };
  std::vector<SkeletonPoint> found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    const std::size_t stop = std::min(line.find_first_not_of(digits), line.size());
    if (stop == 0 || stop > 9 || stop == line.size() || line[stop] != '.') continue;
    const std::string_view said = trimmed(line.substr(stop + 1));
    std::size_t index = 0;
    for (const char digit : line.substr(0, stop)) index = 10 * index + static_cast<std::size_t>(digit - '0');
    bool seen = said.empty();
    for (const SkeletonPoint& point : found) seen = seen || point.index == index;
    if (!seen) found.push_back({index, std::string(said)});
  }
  return found;
}

}  // namespace TL_NAMESPACE
