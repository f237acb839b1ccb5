#pragma once
#include <algorithm>
#include <array>
#include <tl/text/homoglyphs.hpp>
#include <tl/text/utf8.hpp>

namespace TL_NAMESPACE {

namespace detail {

struct Homoglyph {
  char letter;
  std::string_view looks_like_it;
};

// After the confusables of Unicode Technical Standard 39, those that most typefaces draw alike.
inline constexpr std::array cyrillic_homoglyphs{
    Homoglyph{'A', "\u0410"}, Homoglyph{'B', "\u0412"}, Homoglyph{'C', "\u0421"}, Homoglyph{'E', "\u0415"},
    Homoglyph{'H', "\u041D"}, Homoglyph{'I', "\u0406"}, Homoglyph{'J', "\u0408"}, Homoglyph{'K', "\u041A"},
    Homoglyph{'M', "\u041C"}, Homoglyph{'O', "\u041E"}, Homoglyph{'P', "\u0420"}, Homoglyph{'S', "\u0405"},
    Homoglyph{'T', "\u0422"}, Homoglyph{'X', "\u0425"}, Homoglyph{'Y', "\u04AE"}, Homoglyph{'a', "\u0430"},
    Homoglyph{'c', "\u0441"}, Homoglyph{'d', "\u0501"}, Homoglyph{'e', "\u0435"}, Homoglyph{'h', "\u04BB"},
    Homoglyph{'i', "\u0456"}, Homoglyph{'j', "\u0458"}, Homoglyph{'o', "\u043E"}, Homoglyph{'p', "\u0440"},
    Homoglyph{'q', "\u051B"}, Homoglyph{'s', "\u0455"}, Homoglyph{'w', "\u051D"}, Homoglyph{'x', "\u0445"},
    Homoglyph{'y', "\u0443"}};
inline constexpr std::array greek_homoglyphs{
    Homoglyph{'A', "\u0391"}, Homoglyph{'B', "\u0392"}, Homoglyph{'E', "\u0395"}, Homoglyph{'Z', "\u0396"},
    Homoglyph{'H', "\u0397"}, Homoglyph{'I', "\u0399"}, Homoglyph{'K', "\u039A"}, Homoglyph{'M', "\u039C"},
    Homoglyph{'N', "\u039D"}, Homoglyph{'O', "\u039F"}, Homoglyph{'P', "\u03A1"}, Homoglyph{'T', "\u03A4"},
    Homoglyph{'Y', "\u03A5"}, Homoglyph{'X', "\u03A7"}, Homoglyph{'o', "\u03BF"}};
// Zero-width space, non-joiner, joiner, word joiner, byte order mark; soft hyphen.
inline constexpr std::array<std::string_view, 6> unseen{"\u200B", "\u200C", "\u200D", "\u2060", "\uFEFF", "\u00AD"};

// '!' to '~' of the full-width forms, U+FF01 to U+FF5E; 0 of another character.
constexpr char full_width(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xEF') return 0;
  const int point = (static_cast<unsigned char>(character[1]) & 0x3F) << 6 |
                    (static_cast<unsigned char>(character[2]) & 0x3F) | 0xF000;
  return point >= 0xFF01 && point <= 0xFF5E ? static_cast<char>(point - 0xFF01 + '!') : '\0';
}

}  // namespace detail

TL_INLINE std::string_view look_alike(char letter) {
  const auto found = std::ranges::find(detail::cyrillic_homoglyphs, letter, &detail::Homoglyph::letter);
  return found == detail::cyrillic_homoglyphs.end() ? std::string_view() : found->looks_like_it;
}

TL_INLINE std::string normalise_homoglyphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view character = text.substr(0, text::utf8_step(text).length);
    text.remove_prefix(character.size());
    if (std::ranges::find(detail::unseen, character) != detail::unseen.end()) continue;
    const auto letter = [&](const auto& table) {
      const auto found = std::ranges::find(table, character, &detail::Homoglyph::looks_like_it);
      return found == table.end() ? '\0' : found->letter;
    };
    char latin = character.size() == 1 ? '\0' : letter(detail::cyrillic_homoglyphs);
    if (character.size() != 1 && latin == 0) latin = letter(detail::greek_homoglyphs);
    if (latin == 0) latin = detail::full_width(character);
    if (latin == 0) result += character;
    else result += latin;
  }
  return result;
}

}  // namespace TL_NAMESPACE
