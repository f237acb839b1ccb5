#pragma once
// The part of a long text that carries a watermark.
#include <cstddef>
#include <optional>
#include <tl/watermark/detector.hpp>

namespace TL_NAMESPACE {

struct WatermarkedPassage {
  std::size_t first = 0, last = 0;  // tokens of the text, the last included
  std::size_t scored = 0, green = 0;
  double z = 0;
  double window_p_value = 0;  // of this window alone
  double p_value = 0;         // corrected: window_p_value times the windows, at most 1
  std::size_t windows = 0;    // that were looked at
};

inline constexpr std::size_t least_window = 16;  // scored tokens

// The window of the least p-value. Windows are of scored tokens: 16, 24, 32, 48, 64, ... up to all of them, each length
// at steps of a quarter of it, three windows for four scored tokens about; a passage of any place and length is matched
// within a fifth of its length by one, or contains one of two thirds. Each window's count is binomial, so times the
// number of windows (Bonferroni) its p-value bounds the chance that any is so green in a text without a watermark.
// Nothing where the text has fewer scored tokens than the least window. (Kirchenbauer et al. 2024 search all windows
// for the greatest z, WinMax, and give no p-value.)
std::optional<WatermarkedPassage> find_watermarked_passage(const Detection& detection);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/watermark/passage-inl.hpp>
#endif
