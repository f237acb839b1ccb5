#include <limits>
#include <tl/report/token_text.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

namespace {
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN();
}

TEST_CASE("each token is a mark of its value's colour, all passages on one scale") {
  const TokenText chart{
      .title = "t",
      .passages = {{.tokens = {"Once", " <b>", "\n", "x"}, .values = {quiet_nan, -4, -2, 0}, .label = "first"},
                   {.tokens = {" y"}, .values = {-8}}},
      .unit = "nats"};
  const std::string page = chart.html(), file = chart.svg();
  REQUIRE(marks(file) == 5);
  REQUIRE(count(page, "<span class=\"token mark ") == 5);
  REQUIRE(contains(page, "<span class=\"token mark none\" title=\"0 \u2068Once\u2069\nno value (nan)\">Once</span>"));
  REQUIRE(contains(page, "token mark s32\" title=\"1 \u2068\u00B7&lt;b&gt;\u2069\n-4 nats\">\u00B7&lt;b&gt;</span>"));
  REQUIRE(count(page, "<br>") == 1);
  REQUIRE(count(page, "<p class=\"tokens\">") == 2);
  for (const std::string& drawing : {page, file}) {
    REQUIRE(contains(drawing, ">first<"));
    REQUIRE(contains(drawing, "s64"));
    REQUIRE_FALSE(contains(drawing, "<b>"));
  }
}

TEST_CASE("a file breaks lines after 88 columns") {
  const std::vector<std::string> tokens(30, " tokens");  // 7 columns each
  const TokenText chart{.title = "t", .passages = {{.tokens = tokens, .values = std::vector<float>(30, 1)}}};
  REQUIRE(count(chart.svg(), " x=\"0\" y=\"28\"") == 1);
  REQUIRE(count(chart.svg(), "<rect class=\"mark s64\" x=\"0\"") == 3);  // 12 a line
}

TEST_CASE("candidates are in the tips") {
  const TokenText chart{.title = "t", .passages = {{.tokens = {"a"}, .values = {1}, .top = {{{" dog", 0.5}}}}}};
  REQUIRE(contains(chart.html(), "\n1\n\u2068\u00B7dog\u2069  0.5\""));
}

TEST_CASE("a coloured text that cannot be drawn is refused") {
  const auto refusal = [](const TokenText& chart) { return error_of([&] { chart.html(); }); };
  REQUIRE(refusal({.title = "t", .passages = {}}) == "the coloured text \"t\" has no tokens");
  REQUIRE(refusal({.title = "t", .passages = {{.tokens = {"a", "b"}, .values = {1}}}}) ==
          "the coloured text \"t\" has 1 values for 2 tokens");
  REQUIRE(refusal({.title = "t", .passages = {{.tokens = {"a"}, .values = {1}, .top = {{}, {}}}}}) ==
          "the coloured text \"t\" has 2 lists of candidates for 1 tokens");
}
