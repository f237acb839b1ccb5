#include <limits>
#include <tl/report/attention.hpp>
#include <tl/report/base64.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;
using Pattern = tl::Tensor<float, tl::Dim<"head">, tl::Dim<"pos">, tl::Dim<"key_pos">>;

namespace {

// Two heads over three tokens: one to itself, one to the first.
Pattern pattern() {
  Pattern pattern(2, 3, 3);
  for (std::size_t i = 0; i != 3; ++i) pattern(0, i, i) = pattern(1, i, 0) = 1;
  return pattern;
}

}  // namespace

TEST_CASE("a head is a group, its weights squares by level, its neighbours joined") {
  Attention chart{.title = "t", .tokens = {"a", " b", "<c>"}, .layers = {{"layer 4", pattern()}}};
  const std::string drawing = chart.svg();
  REQUIRE(count(drawing, "mark head") == 2);
  REQUIRE(contains(drawing, "<title>layer 4, head 1</title>"));
  REQUIRE(contains(drawing, "<path class=\"s64\" d=\"M0 0h1v1h-1zM1 1h1v1h-1zM2 2h1v1h-1z\"/>"));
  REQUIRE(contains(drawing, "<path class=\"s64\" d=\"M0 0h1v1h-1zM0 1h1v1h-1zM0 2h1v1h-1z\"/>"));
  Pattern even(1, 3, 3);
  fill(even.view(), 0.5f);
  even(0, 0, 2) = 1;  // after its query: not drawn
  chart.layers = {{"even", even}};
  REQUIRE(contains(chart.svg(), "<path class=\"s32\" d=\"M0 0h1v1h-1zM0 1h2v1h-2zM0 2h3v1h-3z\"/>"));
  even(0, 2, 1) = std::numeric_limits<float>::quiet_NaN();
  chart.layers = {{"even", even}};
  REQUIRE(contains(chart.svg(), "<path class=\"none\" d=\"M1 2h1v1h-1z\"/>"));
}

TEST_CASE("the page has the tokens and the weights, each query's up to itself") {
  const Attention chart{.title = "t", .tokens = {"a", " b", "<c>"}, .layers = {{"layer 4", pattern()}}};
  const std::string page = chart.html();
  const float weights[]{1, 0, 1, 0, 0, 1, 1, 1, 0, 1, 0, 0};
  REQUIRE(contains(page, "data-weights=\"" + base64(weights) + "\""));
  REQUIRE(contains(page, "<span class=\"token mark\">\u00B7b</span><span class=\"token mark\">&lt;c&gt;</span>"));
}

TEST_CASE("an attention chart that cannot be drawn is refused") {
  const auto refusal = [](const Attention& chart) { return error_of([&] { chart.html(); }); };
  REQUIRE(refusal({.title = "t", .tokens = {"a"}, .layers = {}}) ==
          "the attention chart \"t\" has no heads or no tokens");
  REQUIRE(refusal({.title = "t", .tokens = {"a"}, .layers = {{"0", pattern()}}}) ==
          "the attention chart \"t\" has patterns of 3 x 3 for 1 tokens");
  const std::vector<std::string> many(512, "a");
  REQUIRE(
      refusal({.title = "t", .tokens = many, .layers = {{"0", Pattern(16, 512, 512)}}}) ==
      "the attention chart \"t\" has 16 heads over 512 tokens, more than can be drawn: choose heads or a shorter part");
}
