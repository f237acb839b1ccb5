#pragma once
// GPT-2's byte alphabet, in which the files of a byte-level BPE spell its tokens: one printable character a byte.
// '!'..'~', U+00A1..U+00AC and U+00AE..U+00FF stand for the byte of the same number; the other 68 bytes are, in
// order, U+0100..U+0143 (so the space is U+0120).
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::text {

// The character of each byte. Every one is below U+0800: one or two bytes of UTF-8.
inline constexpr std::array<char16_t, 256> byte_alphabet = [] {
  std::array<char16_t, 256> letters{};
  char16_t next = 0x100;
  for (unsigned byte = 0; byte != 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte != 0xAD);
    letters[byte] = printable ? static_cast<char16_t>(byte) : next++;
  }
  return letters;
}();

inline constexpr std::size_t byte_alphabet_end = 0x144;

// The byte of each character, -1 where the character is not in the alphabet.
inline constexpr std::array<short, byte_alphabet_end> byte_of_letter = [] {
  std::array<short, byte_alphabet_end> bytes{};
  bytes.fill(-1);
  for (short byte = 0; byte != 256; ++byte) bytes[byte_alphabet[static_cast<std::size_t>(byte)]] = byte;
  return bytes;
}();

// Bytes written in the alphabet, as UTF-8.
constexpr std::string spelled(std::string_view bytes) {
  std::string letters;
  for (const char byte : bytes) {
    const unsigned letter = byte_alphabet[static_cast<unsigned char>(byte)];
    if (letter < 0x80) {
      letters += static_cast<char>(letter);
    } else {
      letters += static_cast<char>(0xC0 | letter >> 6);
      letters += static_cast<char>(0x80 | (letter & 0x3F));
    }
  }
  return letters;
}

// The bytes that UTF-8 letters spell; nothing if a character is outside the alphabet (or is not UTF-8).
constexpr std::optional<std::string> unspelled(std::string_view letters) {
  std::string bytes;
  for (std::size_t i = 0; i != letters.size(); ++i) {
    unsigned letter = static_cast<unsigned char>(letters[i]);
    if (letter >= 0x80) {
      if (letter < 0xC2 || letter > 0xDF || i + 1 == letters.size()) return std::nullopt;
      const unsigned next = static_cast<unsigned char>(letters[++i]);
      if ((next & 0xC0) != 0x80) return std::nullopt;
      letter = (letter & 0x1F) << 6 | (next & 0x3F);
    }
    if (letter >= byte_alphabet_end || byte_of_letter[letter] < 0) return std::nullopt;
    bytes += static_cast<char>(byte_of_letter[letter]);
  }
  return bytes;
}

}  // namespace TL_NAMESPACE::text
