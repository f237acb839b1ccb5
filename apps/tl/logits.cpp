// tl logits: what the model expects after a prompt.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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

// What is said of a position: its likeliest next tokens, likeliest first (of equals the lower id).
struct Expected {
  std::size_t position;
  std::vector<Candidate> candidates;
};

Json as_json(const Model& model, const Candidate& candidate) {
  return {{"id", candidate.token},
          {"token", model.token(candidate.token)},
          {"logit", candidate.logit},
          {"probability", candidate.probability}};
}

// The last position, or all of them. Logits that go to a file are in memory; others are read as they come.
std::vector<Expected> expect(const Settings& settings, const Arguments& arguments, const Model& model,
                             std::span<const std::vector<Token>> prompts) {
  const std::vector<Token>& tokens = prompts.front();
  const std::size_t top = std::min(settings.top, model.config().d_vocab), shown = settings.all ? tokens.size() : 1;
  std::vector<kernels::TokenLogit> best(shown * top);
  std::vector<float> log_sums(shown);
  const kernels::LogitQuestions questions{.log_sum_exp = log_sums.data(), .top = best.data(), .top_count = top};
  model.with_network([&](const auto& network) {
    auto session = network.session(model.run_options());
    const std::size_t sequence = session.open(tokens.size());
    if (settings.out.empty())
      return session.read(sequence, tokens, questions, settings.all ? Need::all_logits : Need::last_logits);
    const auto logits = session.extend(sequence, tokens, Need::all_logits);
    kernels::read_logits(logits.rows(tokens.size() - shown, shown).data(), shown, model.config().d_vocab, questions,
                         session.threads());
    write_npy(settings.out, io::NpyView(logits), provenance(arguments, model, prompts));
  });
  std::vector<Expected> rows;
  for (std::size_t row = 0; row != shown; ++row) {
    rows.push_back({tokens.size() - shown + row, {}});
    for (std::size_t i = row * top; i != (row + 1) * top; ++i)
      rows.back().candidates.push_back({best[i].token, best[i].logit, std::exp(double{best[i].logit} - log_sums[row])});
  }
  return rows;
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  const std::vector<Token>& tokens = prompts.front();
  const std::vector<Expected> rows = expect(settings, arguments, model, prompts);

  Json json = with_words(model, tokens);
  if (!settings.out.empty()) {
    json["out"] = settings.out;
    json["shape"] = {tokens.size(), model.config().d_vocab};
  }
  auto positions = Json::array();
  Table table({">position", "token", ">probability", ">logit", ">id", "next token"});
  for (const auto& [position, candidates] : rows) {
    auto top = Json::array();
    for (const Candidate& candidate : candidates) {
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
