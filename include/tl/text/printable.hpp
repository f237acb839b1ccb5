#pragma once
// Bytes as one line of text for tables and messages.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/text/utf8.hpp>

namespace TL_NAMESPACE::text {

// A byte as two digits.
inline std::string hexadecimal(char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  return {digits[static_cast<unsigned char>(byte) >> 4], digits[static_cast<unsigned char>(byte) & 15]};
}

// Characters stand for themselves, but control characters (C0, DEL, C1) and bytes that are not UTF-8 are written \xNN,
// and line feed, carriage return and tab \n, \r and \t. Not reversible: a backslash stays one.
inline std::string printable(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    const Utf8Step step = utf8_step(bytes);
    const std::string_view character = bytes.substr(0, step.length);
    const unsigned first = static_cast<unsigned char>(character[0]);
    const bool control =
        step.kind == Utf8::valid &&
        (first < 0x20 || first == 0x7F || (first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0));
    if (first == '\n') {
      out += "\\n";
    } else if (first == '\r') {
      out += "\\r";
    } else if (first == '\t') {
      out += "\\t";
    } else if (step.kind == Utf8::valid && !control) {
      out += character;
    } else {
      for (const char byte : character) out += "\\x" + hexadecimal(byte);
    }
    bytes.remove_prefix(step.length);
  }
  return out;
}

// In double quotes, for messages; cut where it is long.
inline std::string in_quotes(std::string_view bytes) {
  constexpr std::size_t longest = 60;
  return bytes.size() <= longest ? '"' + printable(bytes) + '"' : '"' + printable(bytes.substr(0, longest)) + "...\"";
}

}  // namespace TL_NAMESPACE::text
