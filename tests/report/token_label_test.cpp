#include <tl/report/token_label.hpp>

#include "../catch.hpp"

using namespace tl::report;

TEST_CASE("whitespace of a token can be seen") {
  REQUIRE(token_label(" the") == "\u00B7the");
  REQUIRE(token_label("  ") == "\u00B7\u00B7");
  REQUIRE(token_label("a b ") == "a b\u00B7");
  REQUIRE(token_label("\n\n\tx\r") == "\u21B5\u21B5\u21E5x\u240D");
  REQUIRE(token_label("").empty());
}

TEST_CASE("what is invisible, turns text around or is no text is shown by its code") {
  REQUIRE(token_label("\u202Eabc\u2069") == "\\u202Eabc\\u2069");
  REQUIRE(token_label("a\u200Bb\uFEFF\u00AD") == "a\\u200Bb\\uFEFF\\u00AD");
  REQUIRE(token_label(" \xF0\x9F") == "\u00B7\\xF0\\x9F");
  REQUIRE(token_label("\x1B") == "\\x1B");
  REQUIRE(token_label(" \u05E9\u05DC") == "\u00B7\u05E9\u05DC");
  REQUIRE(token_label("\U0001F468\u200D\U0001F469") == "\U0001F468\u200D\U0001F469");  // a joiner belongs to its emoji
}

TEST_CASE("columns: two for wide characters, none for combining ones") {
  REQUIRE(columns("abc") == 3);
  REQUIRE(columns("\u4E2D\u6587") == 4);
  REQUIRE(columns("\U0001F642") == 2);
  REQUIRE(columns("e\u0301") == 1);
  REQUIRE(columns("\u00B7\u05E9") == 2);
  REQUIRE(columns("") == 0);
  const std::string labels[]{"ab", "\u4E2D\u6587", ""};
  REQUIRE(widest(labels) == 4);
  REQUIRE(widest({}) == 0);
}

TEST_CASE("a label that is too wide ends in an ellipsis, within whole characters") {
  REQUIRE(shorten("abcdef", 6) == "abcdef");
  REQUIRE(shorten("abcdefg", 6) == "abcde\u2026");
  REQUIRE(shorten("\u4E2D\u6587\u4E2D", 4) == "\u4E2D\u2026");
  REQUIRE(columns(shorten("\u4E2D\u6587\u4E2D", 5)) <= 5);
  REQUIRE(shorten("ab", 1) == "\u2026");
}

TEST_CASE("an isolated label is between U+2068 and U+2069") { REQUIRE(isolated("x") == "\xE2\x81\xA8x\xE2\x81\xA9"); }
