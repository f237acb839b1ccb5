#include <tl/report/escape.hpp>

#include "../catch.hpp"

using tl::report::escape;

TEST_CASE("nothing that is escaped can open a tag, end an attribute or be no XML") {
  REQUIRE(escape("a < b & \"c\" > 'd'") == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39;");
  REQUIRE(escape("line\n\ttab \u05D0 \U0001F642") == "line\n\ttab \u05D0 \U0001F642");
  REQUIRE(escape(std::string_view("\0\x1B", 2)) == "\uFFFD\uFFFD");
  REQUIRE(escape("\uFFFE\uFFFF") == "\uFFFD\uFFFD");
  REQUIRE(escape("\xF0\x9F x \xFF") == "\uFFFD x \uFFFD");
  REQUIRE(escape("").empty());
}
