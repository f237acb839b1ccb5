#include <tl/report/heat_map.hpp>
#include <tl/report/report.hpp>
#include <tl/report/table.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "every_chart.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("a report has its parts in order, escaped, and what made it at the end") {
  Report report("<T>", {{"command", "tl report > x"}});
  report.section("A & B").text("first").add(HeatMap{.title = "map", .grid = {"layer", "head", 1, 1, {1}}});
  report.section("C").part("<P>", "a\"b").add(Table{.header = {"x"}, .rows = {}}, Table{.header = {"y"}, .rows = {}});
  const std::string page = report.html();
  std::size_t from = 0;
  for (const char* part : {"<title>&lt;T&gt;</title>", "<h1>&lt;T&gt;</h1>", "<a href=\"#section-2\">C</a>",
                           "<h2 id=\"section-1\">A &amp; B</h2>", "<p>first</p>", "<figcaption>map</figcaption>",
                           "<h2 id=\"section-2\">C</h2>", "<h3 id=\"a&quot;b\">&lt;P&gt;</h3>",
                           "<div class=\"beside\"><figure class=\"table\">", "</figure>\n<figure class=\"table\">",
                           "</div>", "<th scope=\"row\">command</th><td>tl report &gt; x</td>"}) {
    INFO(part);
    const std::size_t found = page.find(part, from);
    REQUIRE(found != page.npos);
    from = found;
  }
}

TEST_CASE("a report asks for nothing from anywhere, and without charts is small") {
  const std::string page = Report("t", {{"command", "c"}}).html();
  REQUIRE(page.size() < 32'000);
  REQUIRE(contains(page, "default-src 'none'"));
  for (const char* reference : {"src=\"", "href=\"http", "url(", "@import", "fetch("})
    REQUIRE_FALSE(contains(page, reference));
}

TEST_CASE("no token can end the page's script or open another") {
  const std::string page = every_chart::report().html();
  REQUIRE(count(page, "<script") == 1);
  REQUIRE(count(page, "</script>") == 1);
  REQUIRE(count(page, "<figure") == 12);
}

TEST_CASE("a report is saved whole, and refusals are one sentence") {
  const Scratch scratch;
  const Report report("t", {{"command", "c"}});
  report.save(scratch.path("r.html"));
  REQUIRE(file_text(scratch.path("r.html")) == report.html());
  REQUIRE(error_of([&] { report.save(scratch.path()); }) == "cannot write '" + scratch.path() + "': Is a directory");
  REQUIRE(error_of([] { Report("t", {}); }) == "the report \"t\" does not say what made it: give its provenance");
}
