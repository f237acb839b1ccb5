// tl patchscope: what a model makes of a state of the residual stream that is put in from another run.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/contrast.hpp>
#include <tl/interp/patchscope_scores.hpp>
#include <tl/text/printable.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "interrupt.hpp"
#include "json_array.hpp"
#include "progress_line.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "read_text.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  PromptOptions prompt, target{"target"};
  std::string prompts_file, target_model, task = "identity", slot, out;
  std::vector<std::string> layer, target_layer, target_position;
  int position = -1;
  std::size_t max_new_tokens = 20;
  bool json = false;
};

std::optional<std::size_t> parse_layer(const std::vector<std::string>& word, std::string_view option) {
  if (word.empty()) return std::nullopt;
  return parse_number<std::size_t>(word[0], option);
}

// --prompt and --tokens, or a prompt a line.
std::vector<PatchscopeSource> read_sources(const Settings& settings, const Model& model) {
  std::vector<std::vector<Token>> prompts;
  if (settings.prompts_file.empty()) {
    prompts = settings.prompt.read(model);
  } else {
    if (settings.prompt.given()) throw Error("--prompts and --prompt or --tokens exclude each other");
    const std::string text = read_text(settings.prompts_file);
    for (std::size_t from = 0, end = 0; from < text.size(); from = end + 1) {
      end = std::min(text.find('\n', from), text.size());
      if (end != from) prompts.push_back(model.prompt(std::string_view(text).substr(from, end - from), settings.prompt.bos()));
    }
    if (prompts.empty()) throw Error("'", settings.prompts_file, "' has no line with a prompt");
  }
  std::vector<PatchscopeSource> sources;
  for (std::vector<Token>& tokens : prompts) sources.push_back({std::move(tokens), settings.position});
  return sources;
}

PatchscopeTarget read_target(const Settings& settings, const Model& model) {
  PatchscopeTarget target;
  if (settings.target.given()) target.tokens = settings.target.read(model, settings.prompt).front();
  else if (settings.task == "identity") target.tokens = model.prompt(token_identity_prompt, settings.prompt.bos());
  else if (settings.task == "attribute") target.tokens = model.prompt(attribute_prompt, settings.prompt.bos());
  else throw Error("--task is `", settings.task, "`, where identity or attribute is wanted; another target is --target TEXT");
  target.layer = parse_layer(settings.target_layer, "--target-layer");
  if (!settings.slot.empty() && !settings.target_position.empty())
    throw Error("--slot and --target-position exclude each other");
  if (!settings.target_position.empty())
    target.position = parse_number<int>(settings.target_position[0], "--target-position");
  if (!settings.slot.empty()) {
    const Token slot = single_token(model.tokenizer(), settings.slot);
    const auto found = std::find(target.tokens.rbegin(), target.tokens.rend(), slot);
    if (found == target.tokens.rend()) throw Error("--slot is `", settings.slot, "`, and the target has no such token");
    target.position = -1 - (found - target.tokens.rbegin());
  }
  return target;
}

// The rows of ResidualPlace::layer, as the lens names them.
std::string row_label(std::size_t layer, std::size_t rows) {
  return layer + 1 == rows ? "final_post" : layer_label(layer, "pre");
}

// Shares and means by layer under their names, in the order in which they are shown.
struct Curve {
  const char* name;
  const char* heading;
  double (PatchscopeScores::*value)(std::size_t) const;
};
constexpr Curve curves[] = {
    {"precision_at_1", ">P@1", &PatchscopeScores::precision_at_1},
    {"surprisal", ">surprisal", &PatchscopeScores::surprisal},
    {"swapped_precision_at_1", ">swapped", &PatchscopeScores::swapped_precision_at_1},
    {"identity_at_1", ">word", &PatchscopeScores::identity_at_1},
    {"swapped_identity_at_1", ">swapped", &PatchscopeScores::swapped_identity_at_1},
    {"unmoved", ">unmoved", &PatchscopeScores::unmoved},
};

std::vector<double> values_of(const Curve& curve, const PatchscopeScores& scores) {
  std::vector<double> values;
  for (std::size_t layer = 0; layer != scores.rows(); ++layer) values.push_back((scores.*curve.value)(layer));
  return values;
}

struct PatchedText {
  std::size_t source, layer;
  std::vector<Token> tokens;
};

struct Results {
  PatchscopeScores scores;
  std::vector<PatchedText> texts;  // by source, then by layer
};

// The scores, then a text from each of the layers; as far as they came where the user asked for an end.
template <class Network>
Results results(const Network& network, std::span<const PatchscopeSource> sources, const Network& target_network,
                const PatchscopeTarget& target, const Settings& settings, RunOptions run, std::optional<Token> eos,
                std::span<const std::size_t> layers, const Interrupt& interrupt) {
  const std::size_t rows = network.config().n_layer + 1;
  std::optional<ProgressLine> progress(std::in_place, "patches", rows * sources.size());
  Results found{patchscope_scores(network, sources, target_network, target, run,
                                  [&](std::size_t done, std::size_t) {
                                    progress->update(done);
                                    return !interrupt.asked();
                                  }),
                {}};
  progress.reset();
  if (settings.max_new_tokens == 0) return found;
  GenerateOptions options{.max_new_tokens = std::min(settings.max_new_tokens, target_network.config().n_ctx),
                          .sampling = {.temperature = 0},
                          .threads = run.threads};
  if (eos) options.stop_tokens.push_back(*eos);
  progress.emplace("texts", layers.size() * sources.size());
  for (std::size_t s = 0; s != sources.size(); ++s)
    for (const std::size_t layer : layers) {
      if (interrupt.asked()) return found;
      const auto state = residual_at(network, sources[s].tokens, {layer, sources[s].position}, run);
      auto hooks = patchscope(target_network, target.tokens, {target.layer.value_or(layer), target.position}, state);
      found.texts.push_back({s, layer, generate(target_network, target.tokens, options, hooks).tokens});
      progress->update(found.texts.size());
    }
  return found;
}

std::string decoded(const Model& model, std::span<const Token> tokens) {
  std::string text;
  for (const std::string& piece : model.tokens(tokens)) text += piece;
  return text;
}

std::string tables(const Model& model, const Model& target_model, const Results& found,
                   std::span<const std::size_t> layers) {
  const PatchscopeScores& scores = found.scores;
  Table::Row heading{"layer"};
  for (const Curve& curve : curves) heading.emplace_back(curve.heading);
  Table shares(heading);
  for (const std::size_t layer : layers) {
    Table::Row row{row_label(layer, scores.rows())};
    for (const Curve& curve : curves) {
      const double value = (scores.*curve.value)(layer);
      row.push_back(std::isnan(value) ? "" : fmt::format("{:.3f}", value));
    }
    shares.add(std::move(row));
  }
  std::string text = shares.text();
  if (found.texts.empty()) return text;
  Table texts({"source", "layer", "text"});
  for (const PatchedText& each : found.texts) {
    const bool first = &each == found.texts.data() || (&each)[-1].source != each.source;
    texts.add({first ? "\"" + model.token_text(scores.word[each.source]) + "\"" : "",
               row_label(each.layer, scores.rows()),
               "\"" + text::printable(decoded(target_model, each.tokens)) + "\""});
  }
  return text + "\n" + texts.text();
}

Json json_of(const Model& model, const Model& target_model, const Results& found) {
  const PatchscopeScores& scores = found.scores;
  Json json;
  auto labels = Json::array();
  for (std::size_t layer = 0; layer != scores.rows(); ++layer) labels.push_back(row_label(layer, scores.rows()));
  json["labels"] = labels;
  for (const Curve& curve : curves) json[curve.name] = values_of(curve, scores);
  json["word"] = with_words(model, scores.word);
  json["next"] = with_words(model, scores.next);
  json["unpatched"] = scores.unpatched;
  json["said"] = json_array(scores.said);
  auto texts = Json::array();
  for (const PatchedText& each : found.texts)
    texts.push_back({{"source", each.source},
                     {"layer", each.layer},
                     {"ids", each.tokens},
                     {"text", decoded(target_model, each.tokens)}});
  json["texts"] = texts;
  return json;
}

void run(const Settings& settings, const Arguments& arguments) {
  const Model model(settings.model);
  std::optional<Model> other;
  if (!settings.target_model.empty()) {
    ModelOptions options = settings.model;
    options.folder = settings.target_model;
    other.emplace(options);
  }
  const Model& target_model = other ? *other : model;
  const std::vector<PatchscopeSource> sources = read_sources(settings, model);
  const PatchscopeTarget target = read_target(settings, target_model);
  const std::size_t rows = model.config().n_layer + 1;
  std::vector<std::size_t> layers(rows);
  std::iota(layers.begin(), layers.end(), std::size_t{0});
  if (const auto one = parse_layer(settings.layer, "--layer")) {
    if (*one >= rows)
      throw Error("--layer is ", *one, ": this model has layers 0 to ", rows - 2, ", and ", rows - 1, " for what leaves the last");
    layers = {*one};
  }
  const auto eos = target_model.has_tokenizer() ? target_model.tokenizer().eos() : std::nullopt;

  const Interrupt interrupt;
  const Results found = model.with_float32([&]<class Network>(const Network& network) {
    return target_model.with_float32([&]<class Target>(const Target& target_network) -> Results {
      // Both are processed as --processing says, and so in one basis.
      if constexpr (std::same_as<Network, Target>)
        return results(network, sources, target_network, target, settings, model.run_options(), eos, layers, interrupt);
      else throw Error("the two models are in different residual bases");
    });
  });

  Json json = json_of(model, target_model, found);
  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    for (const Curve& curve : curves) {
      const std::vector<double> values = values_of(curve, found.scores);
      file.add(curve.name, io::NpyView(std::span<const double>(values), {values.size()}));
    }
    file.add("said", found.scores.said);
    std::vector<std::vector<Token>> prompts;
    for (const PatchscopeSource& source : sources) prompts.push_back(source.tokens);
    Json made = provenance(arguments, model, prompts);
    made["target"] = with_words(target_model, target.tokens);
    made["target"]["folder"] = target_model.folder();
    made["target"]["hash"] = target_model.hash();
    made["texts"] = json["texts"];
    made["interrupted"] = interrupt.asked();
    file.finish(made);
    json["out"] = settings.out;
  }
  if (settings.json) put_json(json);
  else put(tables(model, target_model, found, layers));
}

}  // namespace

Command patchscope(CLI::App& program) {
  Options options(program, "patchscope", "Put a state of one run into another and read what that says",
                  R"(The residual stream at a position of each prompt, layer by layer, replaces that of a target prompt at its slot, and
the target is continued, greedily. Rows are what enters each layer, then what leaves the last. By layer, over the prompts:
  P@1        how often the target's next token is what the prompt itself would have gone on with
  surprisal  -log p of what the target says, as the prompt's own next token, in nats
  word       how often the target says the token that the state was read at
  swapped    the same held against the next prompt's token: what is said whatever is put in counts for nothing
  unmoved    how often the target says what it does with nothing put in
Arrays, each [n_layer + 1]: precision_at_1, surprisal, swapped_precision_at_1, identity_at_1, swapped_identity_at_1, unmoved;
and said, [n_layer + 1, prompt], the token.

Examples:
  tl patchscope --prompt 'The dog ran to Tom' --max-new-tokens 5
  tl patchscope --prompt 'The dog ran to Tom' --target 'There was a girl named Lily. Her mom said, "Hello,' --slot ' Lily')");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare_several(options);
  options.text("--prompts", settings->prompts_file, "FILE", "Prompts from a file, one a line");
  options.number("--position", settings->position, "N", "The position read; from the end if negative (default: -1)");
  options.optional("--layer", settings->layer, "L", "Texts and table of this layer only (default: all)");
  options.text("--task", settings->task, "NAME",
               "The target: identity (default: the prompt that repeats a word) or attribute");
  settings->target.declare(options, "A target of your own");
  options.text("--slot", settings->slot, "TEXT", "The token of the target that makes room, its last if there are several");
  options.optional("--target-position", settings->target_position, "N", "The same by position (default: -1)");
  options.optional("--target-layer", settings->target_layer, "L", "Put in here (default: where it was read)");
  options.text("--target-model", settings->target_model, "DIR", "Another model for the target");
  options.number("--max-new-tokens", settings->max_new_tokens, "N", "Tokens of each text (default: 20; 0: no texts)");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
