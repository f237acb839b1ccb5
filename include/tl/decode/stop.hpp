#pragma once
// Where a generated text ends: at a stop token, or where a stop string is complete.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

class StopTokens {
 public:
  explicit StopTokens(std::vector<Token> tokens = {}) : tokens_(std::move(tokens)) {}
  bool contains(Token token) const { return std::ranges::find(tokens_, token) != tokens_.end(); }

 private:
  std::vector<Token> tokens_;
};

// Cuts a text that arrives in pieces before the first stop string to be completed (of those completed by the same byte,
// the longest), however the pieces are cut. What might still become a stop string is held back, so that no part of one
// is ever printed. Strings are compared as bytes. One value a text: copy it for several.
class StopStrings {
 public:
  // Throws Error where a string is empty.
  explicit StopStrings(std::vector<std::string> strings = {}) {
    for (std::string& string : strings) {
      if (string.empty()) throw Error("a stop string is empty: every text would end before it begins");
      patterns_.emplace_back(std::move(string));
    }
  }

  // The next piece of the text; returns what is now safe to print. After the end nothing more is.
  std::string push(std::string_view piece) {
    for (const char byte : piece) {
      if (stopped_) break;
      held_ += byte;
      std::size_t cut = 0;
      for (Pattern& pattern : patterns_)
        if (pattern.advance(byte)) cut = std::max(cut, pattern.text.size());
      if (cut == 0) continue;
      stopped_ = true;
      held_.resize(held_.size() - cut);
    }
    std::size_t open = 0;  // bytes that may be the beginning of a stop string
    if (!stopped_)
      for (const Pattern& pattern : patterns_) open = std::max(open, pattern.matched);
    std::string safe = held_.substr(0, held_.size() - open);
    held_.erase(0, safe.size());
    return safe;
  }

  // A stop string was completed; it and what follows are not part of the text.
  bool stopped() const { return stopped_; }

  // The text is over for another reason: returns what was held back.
  std::string finish() { return std::exchange(held_, {}); }

 private:
  // Knuth, Morris and Pratt (1977): how much of the pattern the text now ends in.
  struct Pattern {
    explicit Pattern(std::string string) : text(std::move(string)), border(text.size()) {
      for (std::size_t i = 1, length = 0; i != text.size(); ++i) {
        while (length != 0 && text[i] != text[length]) length = border[length - 1];
        border[i] = length += text[i] == text[length];
      }
    }
    bool advance(char byte) {
      while (matched != 0 && byte != text[matched]) matched = border[matched - 1];
      matched += byte == text[matched];
      return matched == text.size();
    }
    std::string text;
    std::vector<std::size_t> border;  // of each prefix: its longest proper prefix that is also its suffix
    std::size_t matched = 0;
  };

  std::vector<Pattern> patterns_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace TL_NAMESPACE
