#pragma once
// Reading bytes that should be UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::text {

enum class Utf8 { valid, invalid, incomplete };

// One step through the bytes: a character, or bytes that are none. Of bad bytes it takes the longest beginning of a
// character at once (Unicode 15, section 3.9, "maximal subpart"), which one U+FFFD replaces. `incomplete`: the
// bytes end within a character that more bytes could still complete.
struct Utf8Step {
  Utf8 kind;
  std::size_t length;
};

// bytes must not be empty.
constexpr Utf8Step utf8_step(std::string_view bytes) {
  const unsigned lead = static_cast<unsigned char>(bytes[0]);
  if (lead < 0x80) return {Utf8::valid, 1};
  if (lead < 0xC2 || lead > 0xF4) return {Utf8::invalid, 1};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte carries the exceptions, the others only need to be 80..BF.
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i != length; ++i, low = 0x80, high = 0xBF) {
    if (i == bytes.size()) return {Utf8::incomplete, i};
    const unsigned byte = static_cast<unsigned char>(bytes[i]);
    if (byte < low || byte > high) return {Utf8::invalid, i};
  }
  return {Utf8::valid, length};
}

// The offset of the first byte that is not part of a character; bytes.size() where all is well.
inline std::size_t first_invalid_utf8(std::string_view bytes) {
  std::size_t at = 0;
  while (at != bytes.size()) {
    if (bytes.size() - at >= 8) {  // eight ASCII bytes at once: what most text is made of
      std::uint64_t eight;
      std::memcpy(&eight, bytes.data() + at, 8);
      if ((eight & 0x8080808080808080u) == 0) {
        at += 8;
        continue;
      }
    }
    const Utf8Step step = utf8_step(bytes.substr(at));
    if (step.kind != Utf8::valid) return at;
    at += step.length;
  }
  return at;
}

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// Moves the beginning of bytes to the end of out, bad bytes replaced by U+FFFD, and returns what is left: an
// incomplete character, or nothing.
inline std::string_view append_utf8(std::string& out, std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    if (step.kind == Utf8::incomplete) break;
    out += step.kind == Utf8::valid ? bytes.substr(0, step.length) : replacement_character;
    bytes.remove_prefix(step.length);
  }
  return bytes;
}

}  // namespace TL_NAMESPACE::text
