#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <string>
#include <tl/text/pretokenizer.hpp>
#include <vector>

#include "../catch.hpp"

using tl::text::for_each_word;
using tl::text::WordPattern;

namespace {
using Words = std::vector<std::string>;

Words words(const WordPattern& pattern, std::string_view text) {
  Words all;
  for_each_word(pattern, text, [&](std::string_view word) { all.emplace_back(word); });
  return all;
}

// GPT-2's pattern as OpenAI wrote it, interpreted, searched for all over the text: nothing shared with what is tested.
class Oracle {
 public:
  Words operator()(std::string_view text) const {
    Words all;
    PCRE2_SIZE* found = pcre2_get_ovector_pointer(match_.get());
    for (std::size_t at = 0; pcre2_match(code_.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), at,
                                         PCRE2_NO_JIT, match_.get(), nullptr) > 0;
         at = found[1])
      all.emplace_back(text.substr(found[0], found[1] - found[0]));
    return all;
  }

 private:
  static pcre2_code* compiled() {
    int error;
    PCRE2_SIZE offset;
    return pcre2_compile(
        reinterpret_cast<PCRE2_SPTR>(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)"),
        PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error, &offset, nullptr);
  }
  std::shared_ptr<pcre2_code> code_{compiled(), pcre2_code_free};
  std::shared_ptr<pcre2_match_data> match_{pcre2_match_data_create(1, nullptr), pcre2_match_data_free};
};
}  // namespace

TEST_CASE("all strings of up to five of the characters that matter are cut as GPT-2's pattern cuts them") {
  const std::vector<std::string> characters{"'", "s", "r", "e", "l", "0", " ", "\n", "!", "\u00E9", "\u00A0"};
  const WordPattern pattern;
  const Oracle oracle;
  std::size_t wrong = 0, strings = 0;
  const auto extend = [&](const auto& self, const std::string& text, int left) -> void {
    ++strings;
    wrong += words(pattern, text) != oracle(text);
    if (left == 0) return;
    for (const std::string& c : characters) self(self, text + c, left - 1);
  };
  extend(extend, "", 5);
  REQUIRE(strings == 177156);  // 11^0 + ... + 11^5
  REQUIRE(wrong == 0);
}

TEST_CASE("each ASCII character is cut as GPT-2's pattern does, before, after and between others") {
  const WordPattern pattern;
  const Oracle oracle;
  for (int a = 0; a != 128; ++a)
    for (int b = 0; b != 128; ++b) {
      const std::string pair{static_cast<char>(a), static_cast<char>(b)};
      for (const std::string& text : {pair, "x" + pair, " " + pair, "'" + pair, pair + "e"})
        if (const Words expected = oracle(text); words(pattern, text) != expected)
          REQUIRE(words(pattern, text) == expected);
    }
}

TEST_CASE("each character beyond ASCII is cut as GPT-2's pattern does") {
  const WordPattern pattern;
  const Oracle oracle;
  for (unsigned code = 0x80; code != 0x3400; ++code) {
    if (code == 0x180E) continue;  // see below
    std::string c;
    if (code >= 0x800) c += static_cast<char>(0xE0 | code >> 12);
    c += static_cast<char>(code < 0x800 ? 0xC0 | code >> 6 : 0x80 | (code >> 6 & 0x3F));
    c += static_cast<char>(0x80 | (code & 0x3F));
    for (const std::string& text : {c + "a", "a" + c, " " + c + "1", "  " + c, "!" + c + " ", c + c})
      if (const Words expected = oracle(text); words(pattern, text) != expected)
        REQUIRE(words(pattern, text) == expected);
  }
}

TEST_CASE("U+180E is no white space, whatever PCRE2 takes it for") {
  REQUIRE(words(WordPattern(), "a \u180Eb") == Words{"a", " \u180E", "b"});
}

TEST_CASE("very long words of every kind need no stack") {
  const WordPattern pattern;
  const char* piece = GENERATE("a", "\u00E9", "0", "\u0664", "!", "\u2019", " ", "\n", "\u3000");
  std::string text;
  while (text.size() < 1000000) text += piece;
  REQUIRE(words(pattern, text) == Words{text});
  REQUIRE(words(pattern, text + "\u4E2D0").size() <= 4);
}

TEST_CASE("the words of nothing are none") { REQUIRE(words(WordPattern(), "").empty()); }
