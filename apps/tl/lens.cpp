// tl lens: what the model would say after each layer.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tl/interp/logit_lens.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "json_array.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  std::string out;
  std::size_t last = 6;
  bool json = false;
};

// Of each layer and position: the likeliest token, its probability, and KL(final || layer) in nats.
struct Arrays {
  Tensor<Token, Dim<"layer">, Dim<"pos">> top_token;
  LogitLens::Values top_prob, kl;
};

Arrays arrays_of(const LogitLens& lens) {
  const std::size_t rows = lens.rows(), positions = lens.positions.size();
  Arrays arrays{Tensor<Token, Dim<"layer">, Dim<"pos">>(rows, positions), LogitLens::Values(rows, positions),
                clone(lens.kl.view())};
  for (std::size_t row = 0; row != rows; ++row)
    for (std::size_t pos = 0; pos != positions; ++pos) {
      arrays.top_token(row, pos) = lens.top(row, pos, 0).token;
      arrays.top_prob(row, pos) = std::exp(lens.top(row, pos, 0).log_prob);
    }
  return arrays;
}

// Layers down, the last positions across, and how far the last of them is from the output.
std::string table(const Model& model, std::span<const Token> tokens, const LogitLens& lens, const Arrays& arrays,
                  std::size_t last) {
  const std::size_t n = tokens.size(), first = n - std::min(n, last);
  Table::Row heading{"layer"};
  for (std::size_t pos = first; pos != n; ++pos) heading.push_back("\"" + model.token_text(tokens[pos]) + "\"");
  heading.push_back(">KL at the last");
  Table table(heading);
  for (std::size_t row = 0; row != lens.rows(); ++row) {
    Table::Row cells{lens.labels[row]};
    for (std::size_t pos = first; pos != n; ++pos)
      cells.push_back(
          fmt::format("\"{}\" {:.2f}", model.token_text(arrays.top_token(row, pos)), arrays.top_prob(row, pos)));
    cells.push_back(fmt::format("{:.4f}", arrays.kl(row, n - 1)));
    table.add(std::move(cells));
  }
  return table.text();
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  const std::vector<Token>& tokens = prompts.front();
  const LogitLens lens =
      model.with_float32([&](const auto& network) { return logit_lens(network, tokens, {}, model.run_options()); });
  const Arrays arrays = arrays_of(lens);

  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    file.add("top_token", arrays.top_token);
    file.add("top_prob", arrays.top_prob);
    file.add("kl", arrays.kl);
    file.finish(provenance(arguments, model, prompts));
  }
  if (!settings.json) return put(table(model, tokens, lens, arrays, settings.last));
  auto json = with_words(model, tokens);
  if (!settings.out.empty()) json["out"] = settings.out;
  json["labels"] = lens.labels;
  json["top_token"] = json_array(arrays.top_token);
  json["top_prob"] = json_array(arrays.top_prob);
  json["kl"] = json_array(arrays.kl);
  put_json(json);
}

}  // namespace

Command lens(CLI::App& program) {
  Options options(
      program, "lens", "What the model would say after each layer: the logit lens",
      R"(Rows are the residual stream that enters each layer, through the final LayerNorm and the unembedding, and at
last the model's own output. Each cell of the table is the likeliest next token and its probability. Arrays, each
[n_layer + 1, pos]: top_token, top_prob and kl, the divergence KL(output || layer) in nats.

Examples:
  tl lens --prompt 'Once upon a time, there was a little'
  tl lens --tokens 0,422,434 --out lens.npz)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--last", settings->last, "N", "Positions of the table, from the end (default: 6)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
