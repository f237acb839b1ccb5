#pragma once
// One of each chart, on invented values with everything that could break a page among the tokens.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tl/report/attention.hpp>
#include <tl/report/bars.hpp>
#include <tl/report/branch_timeline.hpp>
#include <tl/report/heat_map.hpp>
#include <tl/report/histogram.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/report/report.hpp>
#include <tl/report/table.hpp>
#include <tl/report/token_text.hpp>
#include <tl/report/token_tree.hpp>
#include <vector>

namespace every_chart {

using namespace tl::report;

inline constexpr float nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();

inline const std::vector<std::string> tokens{
    "<|endoftext|>", "Once",     " upon",         " a", " time", "</script>", " \"&", "\n", " \u05E9\u05DC\u05D5\u05DD",
    "\u4E2D\u6587",  "\xF0\x9F", " \u202Emirror", "!"};

// A repeatable value in [0, 1).
inline float noise(std::size_t i) {
  auto x = static_cast<std::uint32_t>(i) * 2654435761u + 12345u;
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return static_cast<float>(x >> 8) / 16777216.0f;
}

inline std::vector<float> noises(std::size_t count, float low, float high) {
  std::vector<float> values;
  for (std::size_t i = 0; i != count; ++i) values.push_back(low + (high - low) * noise(i));
  return values;
}

// Causal, rows that sum to 1, each head sharper than the one before.
inline AttentionLayer layer(std::string label, std::size_t seed) {
  constexpr std::size_t heads = 4;
  const std::size_t n = tokens.size();
  tl::Tensor<float, tl::Dim<"head">, tl::Dim<"pos">, tl::Dim<"key_pos">> pattern(heads, n, n);
  for (std::size_t head = 0; head != heads; ++head)
    for (std::size_t query = 0; query != n; ++query) {
      float sum = 0;
      for (std::size_t key = 0; key <= query; ++key)
        sum += pattern(head, query, key) =
            std::exp((1 + 3 * static_cast<float>(head)) * noise(seed + 7 * query + 31 * key));
      for (std::size_t key = 0; key <= query; ++key) pattern(head, query, key) /= sum;
    }
  return {std::move(label), pattern};
}

inline Attention attention() {
  return {.title = "Attention by head",
          .tokens = tokens,
          .layers = {layer("layer 0", 1), layer("layer 1", 2), layer("layer 2", 3)}};
}

inline HeatMap heads() {
  auto values = noises(72, 0, 1);
  values[5] = nan;
  return {.title = "Induction score by head",
          .grid = {"layer", "head", 6, 12, values},
          .colors = sequential(0, 1),
          .show_values = true};
}

inline HeatMap lens() {
  const std::size_t n = tokens.size();
  HeatMap map{.title = "Logit lens",
              .grid = {"layer", "pos", 5, n, noises(5 * n, 0, 1)},
              .row_labels = {"0", "1", "2", "3", "output"},
              .column_labels = tokens,
              .unit = "probability"};
  for (std::size_t i = 0; i != 5 * n; ++i) {
    map.cell_text.push_back(tokens[i * 5 % n]);
    map.top.push_back({{tokens[i * 5 % n], 0.5}, {tokens[i % n], 0.25}, {" dog", 0.125}});
  }
  return map;
}

inline HeatMap patching() {
  const std::size_t n = tokens.size();
  auto values = noises(4 * n, -1.5f, 1);
  values[3] = infinity;
  return {.title = "Patching the residual stream",
          .grid = {"layer", "pos", 4, n, values},
          .column_labels = tokens,
          .colors = diverging(),
          .unit = "logit difference",
          .note = "Each cell: the answer's logit less the foil's, with that activation put in."};
}

inline Bars bars() {
  Bars chart{
      .title = "What adds to the logit", .labels = {}, .values = noises(40, -1, 1.4f), .unit = "logit", .most = 16};
  for (std::size_t i = 0; i != 40; ++i)
    chart.labels.push_back("L" + std::to_string(i / 8) + "H" + std::to_string(i % 8));
  chart.labels[0] = "embed <W_E>";
  return chart;
}

inline TokenText text() {
  Passage passage{.tokens = tokens, .values = noises(tokens.size(), -6, 0), .label = "held-out story"};
  passage.values[0] = nan;
  for (std::size_t i = 0; i != tokens.size(); ++i) passage.top.push_back({{" the", -0.5}, {"<b>", -1.5}});
  return {.title = "Log-probability of each token", .passages = {passage}, .colors = sequential(-6, 0), .unit = "nats"};
}

inline BranchTimeline branches() {
  return {.title = "Branches",
          .lanes = {{"skeleton", {}, 1, {"1", ".", " Sun", "\n", "2", ".", " Rain", "\n"}},
                    {"1", "1. Sun", 9, {" is", " <warm>", ".", "\xC3", "\xA9"}},
                    {"2", "2. Rain", 9, {" falls", "."}}},
          .note = "Each mark is a token."};
}

inline TokenTree proposed() {
  return {.title = "Proposed tokens",
          .nodes = {{tokens[4], -1, 1},
                    {tokens[5], 0, 0.5},
                    {tokens[3], 0, 0.25, true},
                    {tokens[8], 2, 0.125, true},
                    {tokens[11], 2, 0.0625},
                    {tokens[10], 3, 0.03125}},
          .next = " dog"};
}

inline LineChart lines() {
  Series train{.name = "training", .y = {}}, held_out{.name = "held out", .y = {}, .x = {}};
  for (int i = 0; i != 3000; ++i)
    train.y.push_back(1.2 + 3 * std::exp(-i / 500.0) + 0.2 * noise(static_cast<std::size_t>(i)));
  for (int i = 0; i <= 3000; i += 250) {
    held_out.x.push_back(i);
    held_out.y.push_back(1.4 + 3 * std::exp(-i / 500.0));
  }
  held_out.y[4] = nan;
  return {.title = "Loss", .series = {train, held_out}, .x_label = "step", .y_label = "nats per token"};
}

inline Histogram histogram() {
  std::vector<float> values;
  for (std::size_t i = 0; i != 2000; ++i) values.push_back(noise(i) + noise(i + 5000) + noise(i + 9000));
  const Binned binned = bin(values, 24);
  return {.title = "Activations", .edges = binned.edges, .counts = binned.counts, .x_label = "activation"};
}

inline Report report() {
  Report page("Every chart <& more>", {{"command", "tl report --model <dir>"}, {"seed", "0"}});
  page.section("Heads").text("Each square is a head: rows attend to columns.").add(attention()).add(heads());
  page.section("Layers & positions").add(lens()).add(patching()).add(bars());
  page.section("Texts and curves").add(text()).add(branches()).add(proposed()).add(lines()).add(histogram());
  page.add(Table{.header = {"head", "score"}, .rows = {{"1.3", "0.91"}, {"<2.0>", "-0.12"}}},
           Table{.title = "Features",
                 .header = {"feature", "token"},
                 .rows = {{Cell("17", "feature-17"), "</tr>"}, {"170", "cat"}, {"3", "\u05E9\u05DC\u05D5\u05DD"}},
                 .words = {"17 </tr> located rain", "170 Cat dog", "3 \u05E9\u05DC\u05D5\u05DD 18"}});
  page.part("Feature <17>", "feature-17").text("Found.");
  return page;
}

}  // namespace every_chart
