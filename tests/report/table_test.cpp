#include <tl/report/table.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("cells are escaped, numbers stand to the right, and links lead to parts") {
  const std::string html = Table{.title = "a < b",
                                 .header = {"<head>", "score"},
                                 .rows = {{"<0>", "-1.5e-3"}, {Cell("7", "part-\"7"), "1 %"}},
                                 .note = "a & b"}
                               .html();
  for (const char* part : {"<figcaption>a &lt; b</figcaption><p class=\"note\">a &amp; b</p>",
                           "<th scope=\"col\">&lt;head&gt;</th>", "<td>&lt;0&gt;</td><td class=\"number\">-1.5e-3</td>",
                           "<td class=\"number\"><a href=\"#part-&quot;7\">7</a></td><td>1 %</td>"}) {
    INFO(html);
    CHECK(contains(html, part));
  }
  CHECK_FALSE(contains(html, "search"));
  CHECK_FALSE(contains(Table{.header = {"x"}, .rows = {}}.html(), "figcaption"));
}

TEST_CASE("with words a table can be searched") {
  const std::string html = Table{.header = {"x"}, .rows = {{"1"}, {"2"}}, .words = {"cat \"dog\"", "it's"}}.html();
  CHECK(contains(html, "<p class=\"search\" hidden><input type=\"search\""));
  CHECK(contains(html, "<tr data-words=\"cat &quot;dog&quot;\"><td class=\"number\">1</td></tr>"));
  CHECK(contains(html, "<tr data-words=\"it&#39;s\">"));
}

TEST_CASE("rows of another length, and words of other rows, are refused") {
  CHECK(error_of([] {
          (void)Table{.title = "t", .header = {"x"}, .rows = {{"1", "2"}}}.html();
        }) == "the table \"t\" has a row of 2 cells under a header of 1");
  CHECK(error_of([] {
          (void)Table{.header = {"x"}, .rows = {{"1"}}, .words = {"a", "b"}}.html();
        }) == "a table has words for 2 rows, and has 1");
}
