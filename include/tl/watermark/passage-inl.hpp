#pragma once
#include <algorithm>
#include <tl/watermark/passage.hpp>
#include <vector>

namespace TL_NAMESPACE {

TL_INLINE std::optional<WatermarkedPassage> find_watermarked_passage(const Detection& detection) {
  std::vector<std::size_t> at, green{0};  // where the scored tokens are; how many before each are green
  for (std::size_t i = 0; i != detection.tokens.size(); ++i) {
    const TokenColor& color = detection.tokens[i];
    if (!color.scored) continue;
    at.push_back(i);
    green.push_back(green.back() + color.green);
  }
  std::optional<WatermarkedPassage> best;
  std::size_t windows = 0;
  const auto look = [&](std::size_t first, std::size_t length) {
    ++windows;
    const std::size_t count = green[first + length] - green[first];
    const double z = green_z(count, length, detection.gamma);
    const double p = green_p_value(count, length, detection.gamma);
    // Of windows whose p-value is too small for a double the greatest z.
    if (best && (p > best->window_p_value || (p == best->window_p_value && z <= best->z))) return;
    best = {.first = at[first],
            .last = at[first + length - 1],
            .scored = length,
            .green = count,
            .z = z,
            .window_p_value = p};
  };
  for (std::size_t length = least_window, longer = least_window * 3 / 2; length < at.size();
       length = std::exchange(longer, 2 * length))
    for (std::size_t first = 0; first + length <= at.size(); first += length / 4) look(first, length);
  if (at.size() >= least_window) look(0, at.size());
  if (!best) return best;
  best->windows = windows;
  best->p_value = std::min(1., best->window_p_value * static_cast<double>(windows));
  return best;
}

}  // namespace TL_NAMESPACE
