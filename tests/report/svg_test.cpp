#include <tl/report/svg.hpp>

#include "../catch.hpp"
#include "marks.hpp"

using tl::report::Svg;

TEST_CASE("shapes, escaped text, and marks with their tips") {
  Svg svg(100, 50);
  svg.rect(1, 2, 3.25, 4, "s3", "a < b");
  svg.circle(1, 2, 3, "c0");
  svg.text(5, 6, "<&>", "token end");
  svg.no_value(0, 0, 10, 10, "no value");
  const std::string page = svg.in_page(false);
  REQUIRE(contains(page, R"(<rect class="mark s3" x="1" y="2" width="3.3" height="4"><title>a &lt; b</title></rect>)"));
  REQUIRE(contains(page, R"(<circle class="c0" cx="1" cy="2" r="3"/>)"));
  REQUIRE(contains(page, R"(<text class="token end" x="5" y="6">&lt;&amp;&gt;</text>)"));
  REQUIRE(contains(page, R"(<path class="mark none" d="M0 0H10V10H0ZL10 10"><title>)"));
  REQUIRE(marks(page) == 2);
  REQUIRE(contains(page, R"(viewBox="0 0 100 50" width="100" height="50")"));
  REQUIRE_FALSE(contains(page, "fluid"));
  REQUIRE(contains(svg.in_page(true), R"(class="fluid")"));
}

TEST_CASE("groups move and scale") {
  Svg svg(10, 10);
  svg.open(1, 2, 0.125, "head", "data-head=\"0\"", "layer 0");
  svg.close();
  REQUIRE(contains(svg.in_page(false),
                   R"svg(<g class="mark head" transform="translate(1 2) scale(0.125)" data-head="0"><title>)svg"));
}

TEST_CASE("a file brings its title, its paper and the colours it uses, which need no style sheet of a page") {
  Svg svg(100, 50);
  svg.rect(0, 0, 5, 5, "s64");
  const std::string file = svg.file("A & B");
  REQUIRE(contains(file, "xmlns=\"http://www.w3.org/2000/svg\""));
  REQUIRE(contains(file, ">A &amp; B</text>"));
  REQUIRE(contains(file, ".s64{fill:#"));
  REQUIRE_FALSE(contains(file, ".s63{"));
  REQUIRE_FALSE(contains(file, "light-dark"));
  REQUIRE_FALSE(contains(file, "var("));
}
