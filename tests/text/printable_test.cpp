#include <tl/text/printable.hpp>

#include "../catch.hpp"

using namespace tl::text;

TEST_CASE("text is printed as it is, control characters and bad bytes as escapes") {
  REQUIRE(printable(" the \u4E2D \U0001F642 \\") == " the \u4E2D \U0001F642 \\");
  REQUIRE(printable("a\n\r\tb") == "a\\n\\r\\tb");
  REQUIRE(printable(std::string_view("\0\x1B\x7F", 3)) == "\\x00\\x1B\\x7F");
  REQUIRE(printable("\u0085\u009F\u00A0") == "\\xC2\\x85\\xC2\\x9F\u00A0");
  REQUIRE(printable("\xE4\xB8") == "\\xE4\\xB8");
  REQUIRE(printable("\xFFok\xC3") == "\\xFFok\\xC3");
  REQUIRE(printable("") == "");
}

TEST_CASE("quoted text is cut where it is long") {
  REQUIRE(in_quotes("a\n") == "\"a\\n\"");
  REQUIRE(in_quotes(std::string(60, 'a')) == '"' + std::string(60, 'a') + '"');
  REQUIRE(in_quotes(std::string(61, 'a')) == '"' + std::string(60, 'a') + "...\"");
}

TEST_CASE("a byte has two digits") {
  REQUIRE(hexadecimal('\x0A') == "0A");
  REQUIRE(hexadecimal('\xFE') == "FE");
}
