#include <limits>
#include <tl/report/heat_map.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

namespace {
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
}

TEST_CASE("a heat map has one mark a cell, of the colour of its value") {
  const HeatMap map{.title = "t", .grid = {"layer", "head", 2, 3, {0, 1, 2, 3, 4, 8}}};
  for (const std::string& drawing : {map.svg(), map.html()}) {
    REQUIRE(marks(drawing) == 6);
    REQUIRE(count(drawing, "mark s0\"") == 1);
    REQUIRE(count(drawing, "mark s64\"") == 1);
    REQUIRE(count(drawing, "mark s32\"") == 1);
    REQUIRE(contains(drawing, "<title>layer 1, head 2\n8</title>"));
  }
}

TEST_CASE("NaN and infinite cells are crossed out and say so") {
  const HeatMap map{
      .title = "t", .grid = {"layer", "head", 1, 4, {quiet_nan, infinity, -infinity, 1}}, .show_values = true};
  const std::string drawing = map.html();
  REQUIRE(count(drawing, "mark none\"") == 3);
  REQUIRE(contains(drawing, "no value (nan)"));
  REQUIRE(contains(drawing, "no value (-inf)"));
  REQUIRE(marks(drawing) == 4);
}

TEST_CASE("labels, cell texts and candidates are in the drawing and its tips, escaped") {
  const HeatMap map{.title = "lens",
                    .grid = {"layer", "pos", 1, 2, {0.25f, 0.5f}},
                    .row_labels = {"output"},
                    .column_labels = {" <b>", "\u05D0"},
                    .colors = diverging(),
                    .unit = "nats",
                    .cell_text = {" a long token", "&"},
                    .top = {{{" x", 0.5}}, {}}};
  const std::string drawing = map.html();
  REQUIRE_FALSE(contains(drawing, "<b>"));
  REQUIRE(contains(drawing, ">\u00B7a long \u2026</text>"));
  REQUIRE(contains(drawing,
                   "<title>layer 0 \u2068output\u2069, pos 0 \u2068\u00B7&lt;b&gt;\u2069\n0.25 nats\n"
                   "\u2068\u00B7a long token\u2069\n\u2068\u00B7x\u2069  0.5</title>"));
  REQUIRE(contains(drawing, "text class=\"token small middle d64\""));
}

TEST_CASE("values are written where asked for") {
  HeatMap map{.title = "t", .grid = {"layer", "head", 1, 2, {0.123f, 0.5f}}};
  REQUIRE_FALSE(contains(map.svg(), ">0.12</text>"));
  map.show_values = true;
  REQUIRE(contains(map.svg(), ">0.12</text>"));
}

TEST_CASE("a heat map that cannot be drawn is refused") {
  const auto refusal = [](const HeatMap& map) { return error_of([&] { map.svg(); }); };
  HeatMap map{.title = "t", .grid = {"layer", "pos", 1, 2, {1, 2}}};
  map.column_labels = {"one"};
  REQUIRE(refusal(map) == "the heat map \"t\" has 1 column labels for 2");
  map.column_labels = {};
  map.top.resize(3);
  REQUIRE(refusal(map) == "the heat map \"t\" has 3 lists of candidates for 2");
  REQUIRE(refusal({.title = "t", .grid = {"layer", "pos", 0, 2, {}}}) == "the heat map \"t\" has no cells");
  REQUIRE(refusal({.title = "t", .grid = {"layer", "pos", 257, 256, std::vector<float>(257 * 256)}}) ==
          "the heat map \"t\" has 65792 cells, more than the 65536 that can be drawn: choose some");
}
