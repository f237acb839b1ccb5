#pragma once
// Text in columns. A column is counted as one character; the default model's vocabulary has no wider ones.
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tl::demo {

// Characters of a UTF-8 text: the bytes that begin one.
inline std::size_t width(std::string_view text) {
  std::size_t n = 0;
  for (const char byte : text) n += (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  return n;
}

// The text, cut or filled with blanks to the width.
inline std::string fit(std::string_view text, std::size_t columns) {
  while (width(text) > columns) text.remove_suffix(1);
  return std::string(text) + std::string(columns - width(text), ' ');
}

// Breaks a text that comes in pieces into lines at blanks, and gives it out word by word.
class LineBreaker {
 public:
  // column: where the text goes on.
  explicit LineBreaker(std::size_t columns, std::size_t column = 0) : columns_(columns), column_(column) {}

  // What can be shown with this piece: all but a word that may go on.
  std::string push(std::string_view piece) {
    std::string out;
    for (const char byte : piece) {
      if (byte != ' ' && byte != '\n') {
        word_ += byte;
        continue;
      }
      out += finish();
      if (byte == ' ') blank_ = column_ != 0;
      else if (column_ != 0) out += new_line();
    }
    return out;
  }
  // The last word.
  std::string finish() {
    if (word_.empty()) return {};
    std::string out;
    if (column_ != 0 && column_ + blank_ + width(word_) > columns_) out = new_line();
    else if (blank_) out = ' ', ++column_;
    blank_ = false;
    column_ += width(word_);
    return out + std::exchange(word_, {});
  }

 private:
  std::string new_line() {
    blank_ = false;
    column_ = 0;
    return "\n";
  }

  std::size_t columns_, column_;
  bool blank_ = false;  // stands before the word
  std::string word_;
};

inline std::vector<std::string> lines(std::string_view text, std::size_t columns) {
  LineBreaker breaker(columns);
  std::string broken = breaker.push(text);
  broken += breaker.finish() + '\n';
  std::vector<std::string> out;
  for (std::size_t first = 0, end; (end = broken.find('\n', first)) != broken.npos; first = end + 1)
    out.push_back(broken.substr(first, end - first));
  return out;
}

}  // namespace tl::demo
