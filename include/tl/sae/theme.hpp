#pragma once
// A theme as a list of words, and how much of a text is about it.
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>

namespace TL_NAMESPACE {

// Words are runs of ASCII letters, taken in lower case.
class Theme {
 public:
  // The words of a text, with whatever between them. Throws Error where there is none.
  explicit Theme(std::string_view words) {
    for_each_word(words, [&](const std::string& word) { words_.insert(word); });
    if (words_.empty()) throw Error("a theme is a list of words, and there is none in it");
  }

  std::size_t size() const { return words_.size(); }
  bool contains(std::string_view word) const { return words_.find(lower(word)) != words_.end(); }
  // Whether what a token stands for is one of the words, white space around it aside.
  bool is_word(std::string_view token) const {
    const std::size_t first = token.find_first_not_of(" \n\t"), last = token.find_last_not_of(" \n\t");
    return first != std::string_view::npos && contains(token.substr(first, last + 1 - first));
  }

  // Words of a text that are the theme's, and all words of it.
  struct Count {
    std::size_t of_theme = 0, words = 0;
    double share() const { return words == 0 ? 0 : static_cast<double>(of_theme) / static_cast<double>(words); }
    Count& operator+=(const Count& other) {
      of_theme += other.of_theme;
      words += other.words;
      return *this;
    }
  };
  Count count(std::string_view text) const {
    Count found;
    for_each_word(text, [&](const std::string& word) {
      ++found.words;
      found.of_theme += words_.count(word);
    });
    return found;
  }

 private:
  static std::string lower(std::string_view word) {
    std::string out(word);
    for (char& c : out)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
  }
  template <class F>
  static void for_each_word(std::string_view text, F f) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    for (std::size_t i = 0; i != text.size();) {
      std::size_t end = i;
      while (end != text.size() && is_letter(text[end])) ++end;
      if (end != i) f(lower(text.substr(i, end - i)));
      i = end == i ? i + 1 : end;
    }
  }

  std::set<std::string, std::less<>> words_;
};

}  // namespace TL_NAMESPACE
