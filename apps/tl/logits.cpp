// tl logits: what the model expects after a prompt.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "arrays_file.hpp"
#include "command.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  std::string out;
  std::size_t top = 10;
  bool all = false, json = false;
};

struct Candidate {
  Token token;
  float logit;
  double probability;
};

// The greatest logits of a row, greatest first; of equals the lower id.
std::vector<Candidate> best(std::span<const float> logits, std::size_t count) {
  std::vector<Token> order(logits.size());
  std::iota(order.begin(), order.end(), Token{0});
  const auto logit = [&](Token token) { return logits[static_cast<std::size_t>(token)]; };
  const auto before = [&](Token a, Token b) { return logit(a) != logit(b) ? logit(a) > logit(b) : a < b; };
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), end, order.end(), before);
  const double greatest = *std::ranges::max_element(logits);
  double total = 0;
  for (const float each : logits) total += std::exp(each - greatest);
  std::vector<Candidate> candidates;
  for (auto token = order.begin(); token != end; ++token)
    candidates.push_back({*token, logit(*token), std::exp(logit(*token) - greatest) / total});
  return candidates;
}

Json as_json(const Model& model, const Candidate& candidate) {
  return {{"id", candidate.token},
          {"token", model.token(candidate.token)},
          {"logit", candidate.logit},
          {"probability", candidate.probability}};
}

using LogitsView = Session<Gpt2<dynamic_gpt2>>::LogitsView;

// logits [row, d_vocab]: of the last positions, as many as there are rows.
void show(const Settings& settings, const Arguments& arguments, const Model& model,
          std::span<const std::vector<Token>> prompts, const LogitsView& logits) {
  const std::vector<Token>& tokens = prompts.front();
  Json json = with_words(model, tokens);
  if (!settings.out.empty()) {
    write_npy(settings.out, io::NpyView(logits), provenance(arguments, model, prompts));
    json["out"] = settings.out;
    json["shape"] = {tokens.size(), model.config().d_vocab};
  }
  auto positions = Json::array();
  Table table({">position", "token", ">probability", ">logit", ">id", "next token"});
  const std::size_t rows = logits.extent<"row">(), shown = settings.all ? rows : 1;
  for (std::size_t row = rows - shown; row != rows; ++row) {
    const std::size_t position = tokens.size() - rows + row;
    auto top = Json::array();
    for (const Candidate& candidate : best(logits(row).values(), settings.top)) {
      const bool first = top.empty();
      top.push_back(as_json(model, candidate));
      table.add({first ? std::to_string(position) : "", first ? "\"" + model.token_text(tokens[position]) + "\"" : "",
                 fmt::format("{:.4f}", candidate.probability), fmt::format("{:.4f}", candidate.logit),
                 std::to_string(candidate.token), "\"" + model.token_text(candidate.token) + "\""});
    }
    positions.push_back({{"position", position}, {"top", top}});
  }
  json["positions"] = positions;
  if (settings.json) put_json(json);
  else put(table.text());
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  const Need need = settings.all || !settings.out.empty() ? Need::all_logits : Need::last_logits;
  model.with_network([&](const auto& network) {
    auto session = network.session(model.run_options());
    show(settings, arguments, model, prompts,
         session.extend(session.open(prompts.front().size()), prompts.front(), need));
  });
}

}  // namespace

Command logits(CLI::App& program) {
  Options options(
      program, "logits", "What the model expects after a prompt",
      "Examples:\n  tl logits --prompt 'Once upon a time'\n  tl logits --tokens 0,422,434 --out logits.npy");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  options.text("--out", settings->out, "FILE.npy",
               "Write the logits, float32 [pos, d_vocab], and FILE.npy.json: what made them");
  options.number("--top", settings->top, "K", "Tokens to show for a position (default: 10)");
  options.flag("--all", settings->all, "Show every position, not only the last");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
