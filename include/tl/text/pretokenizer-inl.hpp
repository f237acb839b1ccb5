#pragma once
#ifndef PCRE2_CODE_UNIT_WIDTH
#define PCRE2_CODE_UNIT_WIDTH 8
#endif
#include <pcre2.h>

#include <tl/core/error.hpp>
#include <tl/text/pretokenizer.hpp>

namespace TL_NAMESPACE::text {

TL_INLINE WordPattern::WordPattern() {
  // White space is written out, [\p{Z}\t-\r\x85], Unicode's White_Space: PCRE2's own \s also takes U+180E, which the
  // regular expressions that tokenizers are trained with have not counted since Unicode 6.3. The possessive quantifiers
  // change no match (nothing follows them); they say that no stack is needed for long runs.
  static constexpr char pattern[] = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}++| ?\p{N}++| ?[^\p{Z}\t-\r\x85\p{L}\p{N}]++)"
                                    R"(|[\p{Z}\t-\r\x85]+(?![^\p{Z}\t-\r\x85])|[\p{Z}\t-\r\x85]++)";
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code_8* code = pcre2_compile_8(reinterpret_cast<PCRE2_SPTR8>(pattern), sizeof pattern - 1,
                                       PCRE2_UTF | PCRE2_UCP | PCRE2_ANCHORED | PCRE2_DOTALL, &error, &offset, nullptr);
  if (code == nullptr)
    throw Error("the PCRE2 library refused the tokenizer's pattern at character ", offset, " (PCRE2 error ", error,
                "): it needs a PCRE2 built with Unicode support");
  code_ = std::shared_ptr<const pcre2_code_8>(
      code, [](const pcre2_code_8* p) { pcre2_code_free_8(const_cast<pcre2_code_8*>(p)); });
  // Without a compiler for this machine PCRE2 interprets the pattern: slower, the same words.
  pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE);
}

TL_INLINE std::size_t WordPattern::Matcher::word_length(std::string_view text) {
  if (!match_) match_ = {pcre2_match_data_create_8(1, nullptr), pcre2_match_data_free_8};
  const int found = match_ == nullptr ? PCRE2_ERROR_NOMEMORY
                                      : pcre2_match_8(pattern_.code_.get(), reinterpret_cast<PCRE2_SPTR8>(text.data()),
                                                      text.size(), 0, PCRE2_NO_UTF_CHECK, match_.get(), nullptr);
  if (found < 0) throw Error("PCRE2 failed with its error ", found, " while the text was cut into words");
  return pcre2_get_ovector_pointer_8(match_.get())[1];
}

}  // namespace TL_NAMESPACE::text
