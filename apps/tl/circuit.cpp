// tl circuit: what heads read from heads before them, and what one head says.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tl/interp/composition.hpp>
#include <tl/interp/copying.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/interp/singular_directions.hpp>
#include <tl/interp/vocabulary_projection.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "head_name.hpp"
#include "json_array.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  std::string head, out;
  std::size_t top = 5, directions = 3;
  std::uint64_t seed = 0;
  bool json = false;
};

struct Kind {
  const char* name;
  Composition composition;
};
constexpr std::array kinds{Kind{"q", Composition::q}, Kind{"k", Composition::k}, Kind{"v", Composition::v}};

struct Pair {
  HeadAt sender, receiver;
  double score;
};

// Of heads in different layers, the highest score first.
std::vector<Pair> ranked(const CompositionScores& scores) {
  const auto [layers, heads, to_layers, to_heads] = scores.shape().extents();
  std::vector<Pair> pairs;
  for (std::size_t to = 0; to != to_layers; ++to)
    for (std::size_t from = 0; from != std::min(to, layers); ++from)
      for (std::size_t i = 0; i != heads; ++i)
        for (std::size_t j = 0; j != to_heads; ++j) pairs.push_back({{from, i}, {to, j}, scores(from, i, to, j)});
  std::ranges::stable_sort(pairs, std::ranges::greater(), &Pair::score);
  return pairs;
}

void compositions(const Settings& settings, const Arguments& arguments, const Model& model) {
  const Config& config = model.config();
  const RandomComposition random = random_composition(config.d_model, config.d_head, 16, settings.seed);
  std::vector<CompositionScores> scores;
  const CopyingScores copying = model.with_float32([&](const auto& network) {
    for (const Kind& kind : kinds) scores.push_back(composition_scores(network, kind.composition, model.run_options()));
    return copying_scores(network, model.run_options());
  });

  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    for (std::size_t i = 0; i != kinds.size(); ++i) file.add(kinds[i].name, scores[i]);
    file.add("random", io::NpyView(std::span(&random.mean, 1), {}));
    file.add("random_deviation", io::NpyView(std::span(&random.deviation, 1), {}));
    file.add("copying", copying);
    auto made = provenance(arguments, model, {});
    made["seed"] = settings.seed;
    file.finish(made);
  }
  if (settings.json) {
    Json json;
    if (!settings.out.empty()) json["out"] = settings.out;
    for (std::size_t i = 0; i != kinds.size(); ++i) json[kinds[i].name] = json_array(scores[i]);
    json["random"] = random.mean;
    json["random_deviation"] = random.deviation;
    json["copying"] = json_array(copying);
    return put_json(json);
  }
  Table table({"composition", ">from", ">to", ">score", ">less random"});
  for (std::size_t i = 0; i != kinds.size(); ++i) {
    const auto pairs = ranked(scores[i]);
    for (std::size_t rank = 0; rank != std::min(settings.top, pairs.size()); ++rank)
      table.add({rank == 0 ? kinds[i].name : "", head_name(pairs[rank].sender), head_name(pairs[rank].receiver),
                 fmt::format("{:.4f}", pairs[rank].score), fmt::format("{:.4f}", pairs[rank].score - random.mean)});
  }
  put(table.text());
  put(fmt::format("random heads of this shape: {:.4f}, deviation {:.4f}\n", random.mean, random.deviation));
}

// Copying, and the directions that the head writes along most, in tokens.
void one_head(const Settings& settings, const Arguments& arguments, const Model& model) {
  const HeadAt head = parse_head(settings.head, "--head", model.config());
  if (!settings.out.empty()) throw Error("--out gets the arrays of all heads: leave --head out");
  const std::size_t top = std::clamp<std::size_t>(settings.top, 1, model.config().d_vocab);
  float copying = 0;
  TokenCopying tokens;
  std::vector<double> values;
  const VocabularyProjection said = model.with_float32([&](const auto& network) {
    copying = copying_scores(network, model.run_options())(head.layer, head.head);
    tokens = token_copying(network, head.layer, head.head, model.run_options());
    auto directions = ov_directions(network, head.layer, head.head, settings.directions);
    values = std::move(directions.values);
    return vocabulary_projection(network, directions.vectors, top, model.run_options());
  });

  auto json = Json{{"command", provenance(arguments, model, {})["command"]},
                   {"head", head_name(head)},
                   {"copying", copying},
                   {"own_token_mean_rank", tokens.mean_rank},
                   {"own_token_top1", tokens.top1},
                   {"directions", Json::array()}};
  Table table({">direction", ">singular value", "end", "tokens"});
  for (std::size_t i = 0; i != values.size(); ++i) {
    Json ends{{"singular_value", values[i]}};
    for (const bool high : {true, false}) {
      const auto& end = high ? said.highest : said.lowest;
      std::string words;
      auto list = Json::array();
      for (std::size_t rank = 0; rank != top; ++rank) {
        words += (rank == 0 ? "\"" : "  \"") + model.token_text(end(i, rank).token) + "\"";
        list.push_back(
            {{"id", end(i, rank).token}, {"token", model.token(end(i, rank).token)}, {"logit", end(i, rank).logit}});
      }
      table.add({high ? std::to_string(i) : "", high ? fmt::format("{:.4f}", values[i]) : "", high ? "+" : "-", words});
      ends[high ? "highest" : "lowest"] = list;
    }
    json["directions"].push_back(ends);
  }
  if (settings.json) return put_json(json);
  put(table.text());
  put(fmt::format(
      "head {}: copying score {:.4f}; a token's own logit has mean rank {:.1f} of {}, and is the highest of "
      "{:.1f} %\n",
      head_name(head), copying, tokens.mean_rank, model.config().d_vocab, 100 * tokens.top1));
}

}  // namespace

Command circuit(CLI::App& program) {
  Options options(
      program, "circuit", "What heads read from heads before them, and what one head says",
      R"(Composition scores of every pair of heads by queries, keys and values, raw; beside them those of random heads.
Arrays: q, k and v, each [sender_layer, sender_head, receiver_layer, receiver_head]; random and random_deviation; copying,
[layer, head]. With --head, one head's copying and the singular directions of its OV circuit in tokens, the + end and
the - end of each (which is which is arbitrary). All are of the weights: --processing standard folds the LayerNorms in.

Examples:
  tl circuit --processing standard --top 3
  tl circuit --processing standard --head 4.2)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  options.text("--head", settings->head, "LAYER.HEAD", "One head");
  options.number("--directions", settings->directions, "N", "Singular directions of the head (default: 3)");
  options.number("--seed", settings->seed, "N", "Of the random heads (default: 0)");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--top", settings->top, "K", "Pairs or tokens in the table (default: 5)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) {
            const Model model(settings->model);
            if (settings->head.empty()) compositions(*settings, arguments, model);
            else one_head(*settings, arguments, model);
          }};
}

}  // namespace tl::app
