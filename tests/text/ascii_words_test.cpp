#include <tl/text/ascii_words.hpp>

#include "../catch.hpp"

using tl::text::ascii_word_length;

static_assert(ascii_word_length(" the") == 4 && ascii_word_length("'s") == 2 && ascii_word_length("'ll") == 3);

TEST_CASE("the first word of ASCII text") {
  REQUIRE(ascii_word_length("hello world") == 5);
  REQUIRE(ascii_word_length(" 42nd") == 3);
  REQUIRE(ascii_word_length(" --x") == 3);
  REQUIRE(ascii_word_length("   x") == 2);
  REQUIRE(ascii_word_length("\n\nx") == 1);
  REQUIRE(ascii_word_length("\nx") == 1);
  REQUIRE(ascii_word_length("  \n") == 3);
  REQUIRE(ascii_word_length("'tis") == 2);
  REQUIRE(ascii_word_length("'Tis") == 1);
  REQUIRE(ascii_word_length(" 's") == 2);
}

TEST_CASE("nothing is decided where a byte beyond ASCII has a say") {
  REQUIRE(ascii_word_length("") == 0);
  REQUIRE(ascii_word_length("\u00E9") == 0);
  REQUIRE(ascii_word_length("na\u00EFve") == 0);
  REQUIRE(ascii_word_length(" \u00E9") == 0);
  REQUIRE(ascii_word_length("  \u00A0") == 0);
  REQUIRE(ascii_word_length("!\u00E9") == 0);
  REQUIRE(ascii_word_length("'s\u00E9") == 2);
  REQUIRE(ascii_word_length("a \u00E9") == 1);
}
