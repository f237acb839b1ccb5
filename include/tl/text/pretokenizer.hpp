#pragma once
// GPT-2's pre-tokenisation: text is cut into words, within which alone BPE merges.
//   's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
#include <cstddef>
#include <memory>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/text/ascii_words.hpp>

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;

namespace TL_NAMESPACE::text {

// The pattern, compiled by PCRE2. Const use is safe from any number of threads.
class WordPattern {
 public:
  WordPattern();

  // One thread's use of the pattern; made when first needed, since ASCII text needs none.
  class Matcher {
   public:
    explicit Matcher(const WordPattern& pattern) : pattern_(pattern) {}
    // The length of the first word of text, which must be UTF-8 and not empty. Throws where PCRE2 gives up.
    std::size_t word_length(std::string_view text);

   private:
    const WordPattern& pattern_;
    std::shared_ptr<pcre2_real_match_data_8> match_;
  };

 private:
  std::shared_ptr<const pcre2_real_code_8> code_;
};

// Calls word(std::string_view) for each word in order; together they are the text, which must be UTF-8.
template <class Word>
void for_each_word(const WordPattern& pattern, std::string_view text, Word&& word) {
  WordPattern::Matcher matcher(pattern);
  while (!text.empty()) {
    std::size_t length = ascii_word_length(text);
    if (length == 0) length = matcher.word_length(text);
    word(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace TL_NAMESPACE::text

#ifdef TL_HEADER_ONLY
#include <tl/text/pretokenizer-inl.hpp>
#endif
