#include <cmath>
#include <tl/report/line_chart.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

TEST_CASE("each point is a mark, each series a line with its name") {
  const LineChart chart{.title = "t",
                        .series = {{.name = "a", .y = {1, 2, 3}}, {.name = "b <", .y = {3, 1}, .x = {0.5, 2}}},
                        .x_label = "layer",
                        .y_label = "KL"};
  const std::string drawing = chart.svg();
  REQUIRE(marks(drawing) == 5);
  REQUIRE(count(drawing, "\"line c0\"") == 2);  // the line and the key
  REQUIRE(count(drawing, "\"line c1\"") == 2);
  REQUIRE(contains(drawing, "<title>b &lt;\nlayer 0.5\nKL 3</title>"));
}

TEST_CASE("what has no place is a gap") {
  LineChart chart{.title = "t", .series = {{.name = "a", .y = {1, 2, NAN, 3, 0, 4}}}};
  REQUIRE(count(chart.svg(), "\"line c0\"") == 3);
  REQUIRE(marks(chart.svg()) == 5);
  chart.y_spacing = Spacing::logarithmic;
  REQUIRE(count(chart.svg(), "\"line c0\"") == 4);
  REQUIRE(marks(chart.svg()) == 4);
}

TEST_CASE("a long series keeps its extremes and stays small") {
  LineChart chart{.title = "t", .series = {{.name = "a", .y = std::vector<double>(1'000'000, 1.0)}}};
  chart.series[0].y[500'001] = 9;
  const std::string drawing = chart.svg();
  REQUIRE(drawing.size() < 60'000);
  REQUIRE(marks(drawing) <= 120);
  // Its greatest value is at the top of the plot.
  const std::size_t line = drawing.find("\"line c0\"");
  REQUIRE(contains(drawing.substr(line, drawing.find("/>", line) - line), " 24L"));
}

TEST_CASE("a line chart that cannot be drawn is refused") {
  const auto refusal = [](std::vector<Series> series) {
    return error_of([&] { LineChart{.title = "t", .series = series}.svg(); });
  };
  REQUIRE(refusal({}) == "the line chart \"t\" has no series");
  REQUIRE(refusal({{.name = "a", .y = {}}}) == "the line chart \"t\" has no values of \"a\"");
  REQUIRE(refusal({{.name = "a", .y = {1}, .x = {1, 2}}}) == "the line chart \"t\" has 2 x for 1 y of \"a\"");
  REQUIRE(refusal({{.name = "a", .y = {1, 2}, .x = {2, 1}}}) ==
          "the line chart \"t\" has x of \"a\" that are not finite and ascending");
  REQUIRE(refusal(std::vector<Series>(7, Series{.name = "a", .y = {1}})) ==
          "the line chart \"t\" has 7 series, more than the 6 that can be told apart");
}
