#pragma once
// GPT-2's pre-tokenisation where the text is plain ASCII, without a regular expression. tests/text compares it with
// PCRE2 on every short string over the characters that matter.
#include <array>
#include <cstddef>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::text {

namespace detail {
enum class AsciiClass : unsigned char { other, letter, digit, space, not_ascii };

inline constexpr std::array<AsciiClass, 256> ascii_class = [] {
  std::array<AsciiClass, 256> classes{};
  for (unsigned c = 0; c != 256; ++c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    classes[c] = c >= 0x80                              ? AsciiClass::not_ascii
                 : letter                               ? AsciiClass::letter
                 : c >= '0' && c <= '9'                 ? AsciiClass::digit
                 : c == ' ' || (c >= '\t' && c <= '\r') ? AsciiClass::space
                                                        : AsciiClass::other;
  }
  return classes;
}();

// The length of the contraction at the front ('s 't 're 've 'm 'll 'd), 0 if there is none.
constexpr std::size_t contraction_length(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  const char a = text[1], b = text.size() > 2 ? text[2] : '\0';
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  return (a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l') ? 3 : 0;
}
}  // namespace detail

// The length of the first word of the text; 0 where a byte beyond ASCII takes part in the decision, or the text is
// empty.
constexpr std::size_t ascii_word_length(std::string_view text) {
  using detail::AsciiClass;
  const std::size_t size = text.size();
  const auto class_at = [&](std::size_t i) { return detail::ascii_class[static_cast<unsigned char>(text[i])]; };
  // The end of the run that begins at i, of characters of one class; 0 where a byte beyond ASCII ends it.
  const auto run_end = [&](std::size_t i) -> std::size_t {
    const AsciiClass one = class_at(i);
    do ++i;
    while (i != size && class_at(i) == one);
    return i != size && class_at(i) == AsciiClass::not_ascii ? 0 : i;
  };

  if (size == 0 || class_at(0) == AsciiClass::not_ascii) return 0;
  if (const std::size_t length = detail::contraction_length(text)) return length;
  if (class_at(0) != AsciiClass::space) return run_end(0);
  // One space in front belongs to the word that follows.
  if (text[0] == ' ' && size > 1 && class_at(1) != AsciiClass::space)
    return class_at(1) == AsciiClass::not_ascii ? 0 : run_end(1);
  // Of white space before a word the last character is left for the word, unless it is alone.
  const std::size_t end = run_end(0);
  return end < 2 || end == size ? end : end - 1;
}

}  // namespace TL_NAMESPACE::text
