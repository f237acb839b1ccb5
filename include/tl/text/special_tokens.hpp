#pragma once
// The tokens that stand outside BPE (<|endoftext|>, added ones), and finding them in a text.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE::text {

class SpecialTokens {
 public:
  struct Found {
    std::size_t at, length;
    Token token;
  };

  // content must not be empty.
  void add(std::string content, Token token) {
    starts_[static_cast<unsigned char>(content[0])] = true;
    const auto shorter = [&](const auto& other) { return other.first.size() < content.size(); };
    const auto place = std::find_if(entries_.begin(), entries_.end(), shorter);
    entries_.emplace(place, std::move(content), token);
  }

  // The first special token in text, the longest of those that begin there; {text.size(), 0, -1} if there is none.
  Found find(std::string_view text) const {
    for (std::size_t at = 0; at != text.size(); ++at) {
      if (!starts_[static_cast<unsigned char>(text[at])]) continue;
      for (const auto& [content, token] : entries_)
        if (text.substr(at).starts_with(content)) return {at, content.size(), token};
    }
    return {text.size(), 0, -1};
  }

 private:
  std::vector<std::pair<std::string, Token>> entries_;  // longest first
  std::array<bool, 256> starts_{};                      // the bytes that begin one
};

}  // namespace TL_NAMESPACE::text
