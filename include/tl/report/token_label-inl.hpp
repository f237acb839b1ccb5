#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <tl/report/token_label.hpp>
#include <tl/text/printable.hpp>
#include <tl/text/utf8.hpp>

namespace TL_NAMESPACE::report {

namespace detail {

// Of the first character of valid or invalid UTF-8; bytes that are none count as U+FFFD.
inline char32_t code_point(std::string_view character, text::Utf8 kind) {
  if (kind != text::Utf8::valid) return 0xFFFD;
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(character[i])); };
  if (character.size() == 1) return byte(0);
  char32_t code = byte(0) & (0x7Fu >> character.size());
  for (std::size_t i = 1; i != character.size(); ++i) code = code << 6 | (byte(i) & 0x3F);
  return code;
}

// Unicode's format characters that show nothing: zero-width, directional marks, embeddings, overrides and isolates,
// line and paragraph separators. Joiners (200C, 200D) are part of words and emoji and stay.
inline bool is_invisible(char32_t c) {
  return c == 0xAD || c == 0x61C || c == 0x200B || c == 0x200E || c == 0x200F || (c >= 0x2028 && c <= 0x202E) ||
         (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

// After Unicode's EastAsianWidth (W and F) and general categories (Mn, Me), in blocks: for layout, not for typesetting.
inline std::size_t columns_of(char32_t c) {
  constexpr std::array<std::array<char32_t, 2>, 16> none{{{0x300, 0x36F},
                                                          {0x483, 0x489},
                                                          {0x591, 0x5BD},
                                                          {0x610, 0x61A},
                                                          {0x64B, 0x65F},
                                                          {0x6D6, 0x6DC},
                                                          {0x93C, 0x93C},
                                                          {0x941, 0x948},
                                                          {0xE31, 0xE31},
                                                          {0xE34, 0xE3A},
                                                          {0xE47, 0xE4E},
                                                          {0x1AB0, 0x1AFF},
                                                          {0x200C, 0x200D},
                                                          {0x20D0, 0x20F0},
                                                          {0xFE00, 0xFE0F},
                                                          {0xFE20, 0xFE2F}}};
  constexpr std::array<std::array<char32_t, 2>, 12> wide{{{0x1100, 0x115F},
                                                          {0x2E80, 0x303E},
                                                          {0x3041, 0xA4CF},
                                                          {0xA960, 0xA97F},
                                                          {0xAC00, 0xD7A3},
                                                          {0xF900, 0xFAFF},
                                                          {0xFE30, 0xFE6F},
                                                          {0xFF00, 0xFF60},
                                                          {0xFFE0, 0xFFE6},
                                                          {0x1F300, 0x1F64F},
                                                          {0x1F680, 0x1FAFF},
                                                          {0x20000, 0x3FFFD}}};
  for (const auto& [first, last] : none)
    if (c >= first && c <= last) return 0;
  for (const auto& [first, last] : wide)
    if (c >= first && c <= last) return 2;
  return 1;
}

}  // namespace detail

TL_INLINE std::string token_label(std::string_view token) {
  const std::size_t first = token.find_first_not_of(' '), last = token.find_last_not_of(' ');
  std::string seen;
  for (std::size_t i = 0; i != token.size();) {
    const text::Utf8Step step = text::utf8_step(token.substr(i));
    const std::string_view character = token.substr(i, step.length);
    const char32_t code = detail::code_point(character, step.kind);
    if (code == ' ' && (first == token.npos || i < first || i > last)) seen += "\u00B7";
    else if (code == '\n') seen += "\u21B5";
    else if (code == '\t') seen += "\u21E5";
    else if (code == '\r') seen += "\u240D";
    else if (detail::is_invisible(code)) {
      seen += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) seen += "0123456789ABCDEF"[code >> shift & 15];
    } else seen += character;
    i += step.length;
  }
  return text::printable(seen);
}

TL_INLINE std::size_t columns(std::string_view label) {
  std::size_t count = 0;
  while (!label.empty()) {
    const text::Utf8Step step = text::utf8_step(label);
    count += detail::columns_of(detail::code_point(label.substr(0, step.length), step.kind));
    label.remove_prefix(step.length);
  }
  return count;
}

TL_INLINE std::size_t widest(std::span<const std::string> labels) {
  std::size_t most = 0;
  for (const std::string& label : labels) most = std::max(most, columns(label));
  return most;
}

TL_INLINE std::string shorten(std::string_view label, std::size_t most_columns) {
  if (columns(label) <= most_columns) return std::string(label);
  std::size_t length = 0, count = 1;  // one for the ellipsis
  while (length != label.size()) {
    const text::Utf8Step step = text::utf8_step(label.substr(length));
    count += detail::columns_of(detail::code_point(label.substr(length, step.length), step.kind));
    if (count > most_columns) break;
    length += step.length;
  }
  return std::string(label.substr(0, length)) + "\u2026";
}

}  // namespace TL_NAMESPACE::report
