#pragma once
// The largest of a list of features: of equal ones those of lower index, a NaN before all.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tl/core/namespace.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE::detail {

// Leaves the k largest of `count` features (k <= count, k != 0) at the front, in no order, and returns the least of
// them: what comes later, with a higher index, belongs to the k largest only if it is above.
inline float keep_largest(std::uint32_t* indices, float* values, std::size_t count, std::size_t k) {
  if (k == 0) return std::numeric_limits<float>::infinity();
  std::vector<std::pair<float, std::uint32_t>> all_of(count);
  for (std::size_t i = 0; i != count; ++i) all_of[i] = {values[i], indices[i]};
  const auto before = [](const auto& a, const auto& b) {
    const bool a_nan = std::isnan(a.first), b_nan = std::isnan(b.first);
    if (a_nan || b_nan) return a_nan != b_nan ? a_nan : a.second < b.second;
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  };
  const auto last = all_of.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::nth_element(all_of.begin(), last, all_of.end(), before);
  for (std::size_t i = 0; i != k; ++i) {
    values[i] = all_of[i].first;
    indices[i] = all_of[i].second;
  }
  return std::isnan(last->first) ? std::numeric_limits<float>::infinity() : last->first;
}

inline void sort_by_index(std::uint32_t* indices, float* values, std::size_t count) {
  std::vector<std::pair<std::uint32_t, float>> all_of(count);
  for (std::size_t i = 0; i != count; ++i) all_of[i] = {indices[i], values[i]};
  std::sort(all_of.begin(), all_of.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (std::size_t i = 0; i != count; ++i) {
    indices[i] = all_of[i].first;
    values[i] = all_of[i].second;
  }
}

}  // namespace TL_NAMESPACE::detail
