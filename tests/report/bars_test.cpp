#include <limits>
#include <tl/report/bars.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("bars are sorted, greatest first, and summed") {
  const Bars chart{.title = "t", .labels = {"low", "high", "middle"}, .values = {-2, 3, 1}, .unit = "logit"};
  const std::string drawing = chart.svg();
  REQUIRE(marks(drawing) == 3);
  REQUIRE(drawing.find(">high<") < drawing.find(">middle<"));
  REQUIRE(drawing.find(">middle<") < drawing.find(">low<"));
  REQUIRE(contains(drawing, ">2 logit</text>"));
  REQUIRE(count(drawing, "mark d58\"") == 2);
  REQUIRE(count(drawing, "mark d6\"") == 1);
}

TEST_CASE("the least of many bars are one") {
  const Bars chart{.title = "t", .labels = {"a", "b", "c", "d"}, .values = {0.5f, -4, 0.25f, 3}, .most = 3};
  const std::string drawing = chart.svg();
  REQUIRE(marks(drawing) == 3);
  REQUIRE(contains(drawing, ">the other 2</text>"));
  REQUIRE(contains(drawing, "\n0.75</title>"));
  REQUIRE_FALSE(contains(drawing, ">a</text>"));
  REQUIRE(contains(drawing, ">-0.25</text>"));  // the sum of all
}

TEST_CASE("a value that is none is not summed, and the sum says so") {
  const Bars chart{.title = "t", .labels = {"a", "b"}, .values = {std::numeric_limits<float>::quiet_NaN(), 2}};
  const std::string drawing = chart.svg();
  REQUIRE(marks(drawing) == 2);
  REQUIRE(contains(drawing, "no value (nan)"));
  REQUIRE(contains(drawing, ">2, without 1 that have no value</text>"));
}

TEST_CASE("a bar chart that cannot be drawn is refused") {
  const auto refusal = [](const Bars& chart) { return error_of([&] { chart.svg(); }); };
  REQUIRE(refusal({.title = "t", .labels = {}, .values = {}}) == "the bar chart \"t\" has no bars");
  REQUIRE(refusal({.title = "t", .labels = {"a"}, .values = {1, 2}}) ==
          "the bar chart \"t\" has 1 labels for 2 values");
  REQUIRE(refusal({.title = "t", .labels = {"a"}, .values = {1}, .most = 1}) ==
          "the bar chart \"t\" may show at most 1 bars: give two or more");
}
