// tl heads: which heads attend as known kinds of head do.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <tl/interp/induction.hpp>

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
  std::string measure = "mean", out;
  std::size_t length = 50, top = 5;
  std::uint64_t seed = 0;
  bool exclude_bos = false, exclude_current_token = false, json = false;
};

DetectorOptions detector_options(const Settings& settings) {
  DetectorOptions options{PatternMeasure::mean, settings.exclude_bos, settings.exclude_current_token};
  if (settings.measure == "mul") options.measure = PatternMeasure::mul;
  else if (settings.measure == "abs") options.measure = PatternMeasure::abs;
  else if (settings.measure != "mean")
    throw Error("--measure is `", settings.measure, "`, where mean, mul or abs is wanted");
  return options;
}

struct Kind {
  const char* name;
  AttentionPattern pattern;
};
const std::array<Kind, 3>& kinds() {
  static const std::array<Kind, 3> all_kinds{Kind{"previous_token", previous_token},
                                             Kind{"duplicate_token", duplicate_token},
                                             Kind{"induction", token_after_duplicate}};
  return all_kinds;
}

// All kinds in one run.
std::vector<HeadScores> detected(const Model& model, std::span<const Token> tokens, const DetectorOptions& options) {
  std::vector<HeadDetector> detectors;
  for (const Kind& kind : kinds()) detectors.emplace_back(model.config(), tokens, kind.pattern, options);
  DynamicHooks hooks;
  hooks.observe("blocks.*.attn.hook_pattern", [&](const DynamicView& view, const Context& at) {
    for (HeadDetector& detector : detectors) detector.add(view.data, view.extents[1], at);
  });
  model.with_float32([&](const auto& network) { network.run(tokens, model.run_options(), hooks); });
  std::vector<HeadScores> scores;
  for (const HeadDetector& detector : detectors) scores.push_back(detector.scores());
  return scores;
}

void run(const Settings& settings, const Arguments& arguments) {
  const DetectorOptions options = detector_options(settings);
  const Model model(settings.model);
  const bool random = !settings.prompt.given();
  std::vector<std::vector<Token>> prompts;
  if (random) {
    const auto bos = model.has_tokenizer() ? model.tokenizer().bos() : std::nullopt;
    prompts.push_back(
        RepeatedTokens(model.config().d_vocab, {.length = settings.length, .bos = bos, .random = {settings.seed, 0}})
            .ids());
  } else {
    prompts = settings.prompt.read(model);
  }
  const std::vector<HeadScores> scores = detected(model, prompts.front(), options);

  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    for (std::size_t i = 0; i != scores.size(); ++i) file.add(kinds()[i].name, scores[i]);
    auto made = provenance(arguments, model, prompts);
    if (random) made["seed"] = settings.seed;
    file.finish(made);
  }
  if (settings.json) {
    auto json = with_words(model, prompts.front());
    if (!settings.out.empty()) json["out"] = settings.out;
    for (std::size_t i = 0; i != scores.size(); ++i) json[kinds()[i].name] = json_array(scores[i]);
    return put_json(json);
  }
  Table table({"kind", ">head", ">score"});
  for (std::size_t i = 0; i != scores.size(); ++i) {
    const auto heads = ranked(scores[i]);
    for (std::size_t rank = 0; rank != std::min(settings.top, heads.size()); ++rank)
      table.add({rank == 0 ? kinds()[i].name : "", fmt::format("{}.{}", heads[rank].at.layer, heads[rank].at.head),
                 fmt::format("{:.4f}", heads[rank].score)});
  }
  put(table.text());
}

}  // namespace

Command heads(CLI::App& program) {
  Options options(
      program, "heads", "Which heads attend to the previous token, to duplicates, or as induction heads",
      R"(The prompt is random tokens, twice, after a BOS, or what is given. Scores are arrays [layer, head], each the
attention to what a kind of head looks at, mean over the positions where there is such a token: previous_token, the token
before; duplicate_token, earlier ones like the position's own; induction, what came after those.
--measure mul and abs are those of TransformerLens' head_detector.

Examples:
  tl heads --length 50 --seed 1
  tl heads --prompt 'Lily saw Tom. Lily saw Tom.' --out heads.npz)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  options.number("--length", settings->length, "N", "Random tokens before they repeat (default: 50)");
  options.number("--seed", settings->seed, "N", "Which random tokens (default: 0)");
  options.text("--measure", settings->measure, "NAME", "mean (the default), mul or abs");
  options.flag("--exclude-bos", settings->exclude_bos, "Attention to position 0 does not count");
  options.flag("--exclude-current-token", settings->exclude_current_token, "Nor that of a token to itself");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--top", settings->top, "K", "Heads of each kind in the table (default: 5)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
