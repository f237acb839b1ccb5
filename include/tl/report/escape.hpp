#pragma once
// Text made safe to stand in HTML and XML, between tags or in a quoted attribute.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/text/utf8.hpp>

namespace TL_NAMESPACE::report {

// & < > " ' become references. What XML 1.0 cannot hold (control characters but tab, line feed and carriage return;
// U+FFFE and U+FFFF) and bytes that are not UTF-8 become U+FFFD.
inline std::string escape(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const text::Utf8Step step = text::utf8_step(bytes);
    const std::string_view character = bytes.substr(0, step.length);
    const unsigned first = static_cast<unsigned char>(character[0]);
    const bool control = first < 0x20 && first != '\t' && first != '\n' && first != '\r';
    if (step.kind != text::Utf8::valid || control || character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") {
      out += text::replacement_character;
    } else {
      switch (first) {
        case '&':
          out += "&amp;";
          break;
        case '<':
          out += "&lt;";
          break;
        case '>':
          out += "&gt;";
          break;
        case '"':
          out += "&quot;";
          break;
        case '\'':
          out += "&#39;";
          break;
        default:
          out += character;
      }
    }
    bytes.remove_prefix(step.length);
  }
  return out;
}

}  // namespace TL_NAMESPACE::report
