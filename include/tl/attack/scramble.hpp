#pragma once
// Sentences in another order.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <tl/attack/through_text.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// All orders are equally likely (Fisher and Yates). A sentence ends at white space behind . ! or ?, or one of these
// and a closing quotation mark; the white space stays where it was.
struct ScrambleSentences {
  std::string operator()(std::string_view text, RandomKey key) const {
    constexpr std::string_view space = " \t\n\r\f\v";
    std::vector<std::string_view> spaces, sentences;  // each sentence behind its white space
    while (!text.empty()) {
      const std::size_t begin = std::min(text.find_first_not_of(space), text.size());
      spaces.push_back(text.substr(0, begin));
      text.remove_prefix(begin);
      std::size_t end = 0;
      do end = std::min(text.find_first_of(space, end + 1), text.size());
      while (end != text.size() && !ends_sentence(text.substr(0, end)));
      sentences.push_back(text.substr(0, end));
      text.remove_prefix(end);
    }
    AttackNumbers numbers(key, 0);
    for (std::size_t left = sentences.size(); left > 1; --left)
      std::swap(sentences[left - 1], sentences[detail::one_of(left, numbers.uniform())]);
    std::string result;
    for (std::size_t i = 0; i != sentences.size(); ++i) result.append(spaces[i]).append(sentences[i]);
    return result;
  }

 private:
  static bool ends_sentence(std::string_view text) {
    for (const std::string_view quote : {"\"", "'", "\u201d", "\u2019"})
      if (text.ends_with(quote)) {
        text.remove_suffix(quote.size());
        break;
      }
    return text.ends_with('.') || text.ends_with('!') || text.ends_with('?');
  }
};

}  // namespace TL_NAMESPACE
