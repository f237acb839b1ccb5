// tl generate: continues prompts, steered or watched.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/watermark/watermark.hpp>
#include <utility>

#include "arrays_file.hpp"
#include "captures.hpp"
#include "command.hpp"
#include "dynamic_temperature.hpp"
#include "generation_report.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "speculation.hpp"
#include "standard_output.hpp"
#include "steering.hpp"
#include "watermark_options.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  GenerateOptions generate;
  SpeculationOptions speculation;
  std::vector<std::string> steer, stop_tokens;
  std::string logit_bias, dynamic_temperature, names, out, report;
  WatermarkFlags watermark{"--watermark"};
  std::vector<std::string> delta;  // one, or none
  bool speculate = false, json = false;
};

// "464:2.5,50256:-inf"
std::vector<TokenBias> parse_logit_bias(std::string_view list) {
  std::vector<TokenBias> biases;
  for (const std::string_view item : parse_list(list, "--logit-bias")) {
    const std::size_t colon = item.find(':');
    if (colon == item.npos) throw Error("--logit-bias has `", item, "`, where ID:BIAS is wanted");
    biases.push_back({parse_number<Token>(item.substr(0, colon), "a token of --logit-bias"),
                      parse_number<float>(item.substr(colon + 1), "a bias of --logit-bias")});
  }
  return biases;
}

double delta(const Settings& settings) {
  return settings.delta.empty() ? 2 : parse_number<double>(settings.delta.front(), "--delta");
}

GenerateOptions generate_options(const Settings& settings, const Model& model) {
  GenerateOptions generate = settings.generate;
  generate.threads = model.run_options().threads;
  generate.max_new_tokens = std::min(generate.max_new_tokens, model.config().n_ctx);
  if (!settings.dynamic_temperature.empty())
    generate.sampling.dynamic_temperature = parse_temperature_rule(settings.dynamic_temperature);
  if (settings.watermark.given())
    generate.sampling.first_stage = Watermark(
        settings.watermark.scheme().scheme(settings.watermark.key(), model.config().d_vocab), delta(settings));
  if (!settings.logit_bias.empty()) generate.sampling.logit_bias = parse_logit_bias(settings.logit_bias);
  for (const std::string& list : settings.stop_tokens)
    for (const Token token : parse_tokens(list, "--stop-token")) generate.stop_tokens.push_back(token);
  for (const Token token : generate.stop_tokens)
    if (token < 0 || static_cast<std::size_t>(token) >= model.config().d_vocab)
      throw Error("--stop-token is ", token, ", and the vocabulary has ", model.config().d_vocab, " tokens");
  if (model.has_tokenizer() && model.tokenizer().eos()) generate.stop_tokens.push_back(*model.tokenizer().eos());
  if (!generate.stop_strings.empty()) static_cast<void>(model.tokenizer());
  return generate;
}

using Texts = std::vector<Generated<RunOf<dynamic_gpt2, DynamicHooks&>>>;

// What made a generation's activations, beside what every file says.
Json made_by(const Settings& settings, const Arguments& arguments, const Model& model,
             std::span<const std::vector<Token>> inputs, const Texts& texts, std::span<const Steering> steerings,
             bool interrupted) {
  Json made = provenance(settings.watermark.without_key(arguments), model, inputs);
  made["seed"] = settings.generate.sampling.seed;
  if (settings.watermark.given()) {
    made["watermark"] = settings.watermark.provenance();
    made["watermark"]["delta"] = delta(settings);
  }
  made["generated"] = Json::array();
  for (const auto& text : texts) made["generated"].push_back(with_words(model, text.tokens));
  made["steer"] = Json::array();
  for (const Steering& steering : steerings)
    made["steer"].push_back({{"point", steering.point},
                             {"alpha", steering.alpha},
                             {"a", with_words(model, model.prompt(steering.text_a))},
                             {"b", with_words(model, model.prompt(steering.text_b))}});
  made["interrupted"] = interrupted;
  return made;
}

Json as_json(const Texts& texts, std::span<const TextWriter> writers, double tokens_per_second,
             std::optional<double> tokens_per_step) {
  auto list = Json::array();
  for (std::size_t i = 0; i != texts.size(); ++i)
    list.push_back({{"ids", texts[i].tokens}, {"text", writers[i].text()}});
  Json json = list.size() == 1 ? list[0] : Json{{"texts", list}};
  json["tokens_per_second"] = tokens_per_second;
  if (tokens_per_step) json["tokens_per_step"] = *tokens_per_step;
  return json;
}

// Texts that were not streamed.
void print(const Texts& texts, std::span<const TextWriter> writers, bool as_ids) {
  for (std::size_t i = 0; i != texts.size(); ++i) {
    if (texts.size() > 1) put(faint(fmt::format("{}[{}]", i == 0 ? "" : "\n", i)) + "\n");
    put((as_ids ? fmt::format("{}", fmt::join(texts[i].tokens, ",")) : writers[i].text()) + "\n");
  }
}

void run(const Settings& settings, const Arguments& arguments) {
  if (settings.names.empty() != settings.out.empty())
    throw Error("--names and --out belong together: the activations to keep, and the file for them");
  settings.watermark.require_key();
  if (!settings.watermark.given() && !settings.delta.empty())
    throw Error("--delta is about a watermark: give its key, --watermark KEY");
  if (!settings.speculate && settings.speculation.given())
    throw Error("--draft, --tree, --rule and --head are about speculation: give --speculate");
  if (settings.speculate && !settings.report.empty())
    throw Error("--report and --speculate exclude each other: `tl speculate --report` has the page of a speculation");
  std::vector<Steering> steerings;
  for (const std::string& text : settings.steer) steerings.push_back(parse_steering(text));
  const Model model(settings.model);
  const GenerateOptions options = generate_options(settings, model);
  const Sampler sampler(options.sampling);
  const auto inputs = settings.prompt.read(model);

  DynamicHooks hooks;  // steering first: what is kept has been steered
  for (const Steering& steering : steerings) add_steering(hooks, model, steering);
  std::optional<ArraysFile> file;
  if (!settings.names.empty()) {
    add_captures(hooks, settings.names);
    file.emplace(settings.out);
  }

  std::vector<Prompt> prompts;
  std::vector<TextWriter> writers;
  for (const std::vector<Token>& tokens : inputs) {
    prompts.push_back({tokens, prompts.size()});
    writers.emplace_back(model.has_tokenizer() ? std::optional(model.tokenizer()) : std::nullopt, options.stop_strings);
  }
  const bool streams = !settings.json && prompts.size() == 1 && model.has_tokenizer();
  const auto show = [&](const std::string& piece) {
    if (!streams || piece.empty()) return;
    put(piece);
    flush_output();
  };
  std::vector<std::vector<DrawnFrom>> steps(prompts.size());  // for the report alone
  const auto pick = [&](std::span<float> logits, const StepContext& context, RandomKey key) {
    if (!settings.report.empty())
      steps[key.stream].push_back({entropy(logits).nats, sampler.temperature_of(logits, context)});
    return sampler(logits, context, key);
  };
  const StopTokens stop_tokens(options.stop_tokens);
  std::size_t drawn = 0;
  bool interrupted = false;
  std::optional<double> tokens_per_step;
  std::string spoken;  // of speculation
  auto generation = [&]() -> Generation<RunOf<dynamic_gpt2, DynamicHooks&>> {
    std::optional<ProgressLine> progress;
    if (!streams) progress.emplace("tokens", options.max_new_tokens * prompts.size());
    const Interrupt interrupt;
    const OnToken on_token = [&](std::size_t text, Token token) {
      if (!stop_tokens.contains(token)) show(writers[text].push(token));
      if (progress) progress->update(++drawn);
      interrupted = interrupt.asked();
      return !interrupted && !writers[text].stopped();
    };
    if (settings.speculate) {
      auto speculated = settings.speculation.run(model, prompts, options, sampler, on_token, {}, hooks);
      tokens_per_step = speculated.tokens_per_step();
      spoken = "; " + verdict(*tokens_per_step, speculated.payoff);
      return speculated;
    }
    return model.with_network(
        [&](const auto& network) { return tl::generate(network, prompts, options, pick, on_token, hooks); });
  }();
  for (TextWriter& writer : writers) show(writer.finish());
  if (streams) put("\n");

  if (file) {
    for (std::size_t i = 0; i != prompts.size(); ++i)
      file->add(hooks.take(i), prompts.size() == 1 ? "" : std::to_string(i) + "/");
    file->finish(made_by(settings, arguments, model, inputs, generation.texts, steerings, interrupted));
  }
  if (!settings.report.empty()) {
    std::vector<std::vector<Token>> texts;
    for (const auto& text : generation.texts) texts.push_back(text.tokens);
    write_generation_report(settings.report, model, texts, steps,
                            made_by(settings, arguments, model, inputs, generation.texts, steerings, interrupted));
  }
  if (settings.json)
    return put_json(as_json(generation.texts, writers, generation.tokens_per_second(), tokens_per_step));
  if (!streams) print(generation.texts, writers, !model.has_tokenizer());
  flush_output();
  if (is_terminal(STDERR_FILENO))
    std::fputs(fmt::format("{:.0f} tokens/s{}\n", generation.tokens_per_second(), spoken).c_str(), stderr);
}

}  // namespace

Command generate(CLI::App& program) {
  Options options(
      program, "generate", "Continue prompts, steered or watched",
      R"(--steer reads hook point POINT at the last positions of texts A and B, and adds ALPHA times the difference at
every position but that of the BOS. A hyphen within a text is written \-. It may be given several times.

--dynamic-temperature takes edt[:THETA[,BASE]], T BASE^(THETA/H) where H is the entropy in nats (1, 0.8); range[:SPREAD[,EXPONENT]],
from T - SPREAD to T + SPREAD by H / ln n (0.5, 1); or confidence[:SPREAD[,EXPONENT]], the same by the likeliest token's
probability.

--report writes a page with each token's entropy and temperature.

--watermark favours tokens that are green under the key, which a reader does not see and `tl watermark detect` finds. Files
that are written say which scheme it was, and a fingerprint of the key, not the key: who has it can forge and remove the
watermark.

--speculate gives the same text sooner where it repeats itself; with a --rule other than match another text of the same
distribution. `tl speculate` explains what came of it.

--out gets an array for each of the --names, of all positions that ran (prompt + generated - 1), and `provenance`:
what made them. Of several prompts the names begin with 0/, 1/, ...

Examples:
  tl generate --prompt 'Once upon a time' --temperature 0.8 --top-p 0.95 --seed 7
  tl generate --prompt 'Once upon a time' --dynamic-temperature edt:0.5 --report drawn.html
  tl generate --prompt 'Once upon a time' --watermark 42 --max-new-tokens 200 | tl watermark detect --key 42
  tl generate --prompt 'The dog was' --steer 'blocks.3.hook_resid_post: happy- sad:1' --temperature 0)");
  const auto settings = std::make_shared<Settings>();
  GenerateOptions& generate = settings->generate;
  SamplingOptions& sampling = generate.sampling;
  settings->model.declare(options);
  settings->prompt.declare_several(options);
  options.number("--max-new-tokens", generate.max_new_tokens, "N", "End after N tokens (default: 100)");
  options.texts("--stop", generate.stop_strings, "TEXT", "End before this text; several may be given");
  options.texts("--stop-token", settings->stop_tokens, "ID",
                "End after this token too, not only the EOS; several may be given");
  options.number("--seed", sampling.seed, "N", "The same seed gives the same text (default: 0)");
  options.number("--temperature", sampling.temperature, "T",
                 "Divide the logits by T; 0 takes the likeliest token (default: 1)");
  options.implied("--dynamic-temperature", settings->dynamic_temperature, "edt", "[RULE]",
                  "Make each token's temperature of T by how sure the model is; see below (default: edt)");
  options.number("--top-k", sampling.top_k, "K", "Draw from the K likeliest tokens");
  options.number("--top-p", sampling.top_p, "P", "Draw from the likeliest tokens that have probability P together");
  options.number("--min-p", sampling.min_p, "P", "Draw from tokens at least P times as probable as the likeliest");
  options.number("--repetition-penalty", sampling.repetition_penalty, "X",
                 "Divide positive logits of tokens in the text by X, multiply others");
  options.number("--frequency-penalty", sampling.frequency_penalty, "X",
                 "Lower a logit by X for each time its token was generated");
  options.number("--presence-penalty", sampling.presence_penalty, "X",
                 "Lower the logits of tokens that were generated by X");
  options.text("--logit-bias", settings->logit_bias, "ID:BIAS,...",
               "Add BIAS to the logit of token ID; -inf forbids it");
  settings->watermark.declare(options, "Write a watermark that this key finds again: a number, or words; see below");
  options.optional("--delta", settings->delta, "D", "What is added to the logits of green tokens (default: 2)");
  options.flag("--speculate", settings->speculate,
               "Let a draft propose tokens that the model confirms in one pass; never changes the text; see below");
  settings->speculation.declare(options);
  options.texts("--steer", settings->steer, "POINT:A-B:ALPHA",
                "Add ALPHA times the difference of two texts; see below");
  options.text("--names", settings->names, "NAMES", "Hook points to keep, between commas; blocks.* is every layer");
  options.text("--out", settings->out, "FILE.npz", "The file to keep them in; see below");
  options.text("--report", settings->report, "FILE.html", "A page with what each token was drawn from; see below");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
