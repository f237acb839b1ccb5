#include <tl/text/homoglyphs.hpp>

#include "../catch.hpp"

TEST_CASE("what looks like a letter becomes it, and what cannot be seen goes") {
  CHECK(tl::normalise_homoglyphs("\u0421\u0430t \u039F\uFF4E \uFF01\u200Bx\uFEFF\u00AD") == "Cat On !x");
  for (char letter = '\x20'; letter != '\x7F'; ++letter) {
    const std::string_view other = tl::look_alike(letter);
    if (other.empty()) continue;
    CHECK(other.size() == 2);
    CHECK(tl::normalise_homoglyphs(other) == std::string(1, letter));
  }
  CHECK(tl::look_alike('e') == "\u0435");
  CHECK(tl::look_alike('1').empty());
}

TEST_CASE("other characters stay, bytes that are none too") {
  for (const std::string text :
       {"", "plain ASCII 123 ~", "d\u00E9j\u00E0 vu \u2014 \u201Cna\u00EFve\u201D \u4E2D\u6587 \U0001F600", "\xFF\xC3",
        "\uFF5F\uFF00"})
    CHECK(tl::normalise_homoglyphs(text) == text);
}
