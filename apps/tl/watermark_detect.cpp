// tl watermark detect: whether a text carries the watermark of a key.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/decode/token_entropies.hpp>
#include <tl/io/config_json.hpp>
#include <tl/report/line_chart.hpp>
#include <tl/report/report.hpp>
#include <tl/report/token_text.hpp>
#include <tl/text/homoglyphs.hpp>
#include <tl/watermark/passage.hpp>

#include "command.hpp"
#include "model.hpp"
#include "provenance.hpp"
#include "read_text.hpp"
#include "separated_list.hpp"
#include "standard_output.hpp"
#include "watermark_options.hpp"

namespace tl::app {

namespace {

namespace draw = tl::report;
using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  WatermarkFlags watermark{"--key"};
  std::vector<std::string> text, tokens, prompt;  // one each, or none
  std::string report;
  double level = DetectOptions().level;
  bool no_bos = false, normalise = false, json = false;
};

// The text in tokens, what it was found to be, and the tokenizer for its words.
struct Found {
  Tokenizer tokenizer;
  std::vector<Token> tokens;  // the prompt's first
  std::size_t prompt_length;
  Detection detection;
  std::optional<WatermarkedPassage> passage;

  std::string words(std::size_t first, std::size_t last) const {
    return tokenizer.decode(std::span(tokens).subspan(first, last + 1 - first));
  }
};

std::vector<Token> read_tokens(const Settings& settings, const Tokenizer& tokenizer) {
  if (!settings.text.empty() && !settings.tokens.empty()) throw Error("--text and --tokens exclude each other");
  if (!settings.tokens.empty()) {
    const auto tokens = parse_tokens(settings.tokens.front(), "--tokens");
    for (const Token token : tokens)
      if (token < 0 || static_cast<std::size_t>(token) >= tokenizer.vocabulary_size())
        throw Error("--tokens has ", token, ", and the vocabulary has ", tokenizer.vocabulary_size(), " tokens");
    return tokens;
  }
  std::string text = settings.text.empty() ? read_text(stdin, "standard input") : settings.text.front();
  if (settings.text.empty() && text.ends_with('\n')) text.pop_back();  // what ends a line, not the text
  if (settings.normalise) text = normalise_homoglyphs(text);
  if (text.empty()) throw Error("there is no text: give --text TEXT, or text on standard input");
  return tokenizer.encode(text).ids();
}

// Only an entropy gate needs the weights.
Found find(const Settings& settings) {
  const WatermarkOptions options = settings.watermark.scheme();
  const std::string folder = settings.model.path();
  std::optional<Model> model;
  if (options.entropy_threshold) model.emplace(settings.model);
  Found found{model ? model->tokenizer() : Tokenizer::load(folder), {}, 0, {}, {}};
  if (!settings.prompt.empty() || model) {
    const Tokens prompt =
        found.tokenizer.encode(settings.prompt.empty() ? "" : settings.prompt.front(), Special::parse);
    found.tokens = (found.tokenizer.bos() && !settings.no_bos ? prompt.with_bos() : prompt).ids();
  }
  found.prompt_length = found.tokens.size();
  const auto text = read_tokens(settings, found.tokenizer);
  found.tokens.insert(found.tokens.end(), text.begin(), text.end());

  std::size_t d_vocab = 0;  // of an exact list only
  if (options.list == GreenListKind::exact) d_vocab = io::read_config_json(folder + "/config.json").config.d_vocab;
  const WatermarkDetector detector(options.scheme(settings.watermark.key(), d_vocab));
  const DetectOptions detect{.prompt_length = found.prompt_length, .level = settings.level};
  if (model) {
    const auto entropies = model->with_network(
        [&](const auto& network) { return token_entropies(network, found.tokens, model->run_options()); });
    found.detection = detector.detect(found.tokens, entropies, detect);
  } else {
    found.detection = detector.detect(found.tokens, detect);
  }
  if (found.detection.p_value) found.passage = find_watermarked_passage(found.detection);
  return found;
}

Json as_json(const Settings& settings, const Found& found) {
  const Detection& all = found.detection;
  Json json{{"p_value", nullptr},        {"z", all.z},
            {"scored", all.scored},      {"green", all.green},
            {"gamma", all.gamma},        {"tokens", found.tokens.size() - found.prompt_length},
            {"level", settings.level},   {"watermarked", nullptr},
            {"too_short", !all.p_value}, {"passage", nullptr}};
  if (all.p_value) {
    json["p_value"] = *all.p_value;
    json["watermarked"] = *all.p_value <= settings.level;
  }
  if (found.passage)
    json["passage"] = {{"first", found.passage->first - found.prompt_length},
                       {"last", found.passage->last - found.prompt_length},
                       {"text", found.words(found.passage->first, found.passage->last)},
                       {"scored", found.passage->scored},
                       {"green", found.passage->green},
                       {"z", found.passage->z},
                       {"p_value", found.passage->p_value},
                       {"windows", found.passage->windows}};
  return json;
}

std::string counts(std::size_t green, std::size_t scored, double gamma) {
  const double share = scored == 0 ? 0 : 100 * static_cast<double>(green) / static_cast<double>(scored);
  return fmt::format("{} of {} scored tokens are green, {:.1f} % ({:.3g} % by chance)", green, scored, share,
                     100 * gamma);
}

std::size_t least_scored(double gamma, double level) {
  return static_cast<std::size_t>(std::ceil(std::log(level) / std::log(gamma)));
}

// The sentences of the answer.
std::vector<std::string> answer(const Settings& settings, const Found& found) {
  const Detection& all = found.detection;
  if (!all.p_value)
    return {
        fmt::format("too short to decide: {} of its tokens can be scored, and at least {} would have to be, all of "
                    "them green, for a p-value at the level {:.3g}",
                    all.scored, least_scored(all.gamma, settings.level), settings.level)};
  std::vector<std::string> lines{
      fmt::format("{}: p {:.3g}, z {:.2f}", *all.p_value <= settings.level ? "watermarked" : "no watermark found",
                  *all.p_value, all.z),
      counts(all.green, all.scored, all.gamma)};
  if (found.passage) {
    const WatermarkedPassage& passage = *found.passage;
    lines.push_back(
        fmt::format("greenest passage: tokens {} to {}, {} of {} green, z {:.2f}, p {:.3g} ({} windows were "
                    "looked at)",
                    passage.first - found.prompt_length, passage.last - found.prompt_length, passage.green,
                    passage.scored, passage.z, passage.p_value, passage.windows));
  }
  return lines;
}

void save_report(const Settings& settings, const Found& found, const Arguments& arguments) {
  Json made = provenance(settings.watermark.without_key(arguments));
  made["model"] = settings.model.path();
  made["watermark"] = settings.watermark.provenance();

  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  const Detection& all = found.detection;
  draw::Passage passage;
  draw::Series z{.name = "z", .y = {}, .x = {}};
  for (std::size_t i = found.prompt_length; i != found.tokens.size(); ++i) {
    const TokenColor& color = all.tokens[i];
    passage.tokens.push_back(found.tokenizer.decode(std::span(found.tokens).subspan(i, 1)));
    passage.values.push_back(!color.scored ? none : color.green ? 1.f : -1.f);
    passage.top.push_back({{"z so far", color.z}});
    z.y.push_back(color.z);
    z.x.push_back(static_cast<double>(i - found.prompt_length));
  }
  draw::Report page("Is there a watermark?", table_of(made));
  for (const std::string& line : answer(settings, found)) page.text(line);
  if (all.scored != 0) {
    page.section("Token by token")
        .add(draw::TokenText{.title = "Green and red tokens",
                             .passages = {std::move(passage)},
                             .colors = draw::red_green(1),
                             .unit = "red (-1) or green (1)",
                             .note = "Without colour: tokens that are not scored, for want of a context, because the "
                                     "same colour was counted before, or because the entropy gate was closed."});
    page.add(draw::LineChart{.title = "z of the text up to each token",
                             .series = {std::move(z)},
                             .x_label = "token",
                             .y_label = "z",
                             .note = "Without a watermark it stays around 0; with one it grows with the root of the "
                                     "length."});
  }
  page.save(settings.report);
}

void run(const Settings& settings, const Arguments& arguments) {
  if (!(settings.level > 0 && settings.level < 1))
    throw Error("--level is ", settings.level, ": a p-value that decides is above 0 and below 1");
  static_cast<void>(settings.watermark.key());
  const Found found = find(settings);
  if (!settings.report.empty()) save_report(settings, found, arguments);
  if (settings.json) return put_json(as_json(settings, found));
  for (const std::string& line : answer(settings, found)) put(line + "\n");
}

}  // namespace

Command watermark_detect(CLI::App& family) {
  Options options(
      family, "detect", "Whether a text carries the watermark of a key",
      R"(Give the scheme as `tl generate` was given it. Every colour is counted once, whatever the text repeats, and the p-value
is exact: the chance of as many green tokens under a key that has nothing to do with the text. A text of which all scored
tokens could be green without being at the --level gets none. The greenest passage is that of many windows, and its p-value
is multiplied by their number. The folder needs only the files of a tokenizer, but for an entropy threshold: that needs the
model, and gives what was written only if the --prompt is that of the generation.

Examples:
  tl generate --prompt 'Once upon a time' --watermark 42 --max-new-tokens 200 | tl watermark detect --key 42
  tl watermark detect --key 42 --text 'Once upon a time there was a little girl.' --report colours.html)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare_unprocessed(options);
  settings->watermark.declare(options, "The watermark's key: a number, or words");
  options.optional("--text", settings->text, "TEXT", "The text (default: standard input)");
  options.optional("--tokens", settings->tokens, "1,2,3", "The text as token ids, taken as they are");
  options.optional("--prompt", settings->prompt, "TEXT", "What the text continues: context that is not scored");
  options.flag("--no-bos", settings->no_bos, "Put no BOS in front of the prompt");
  options.flag("--normalise", settings->normalise,
               "Take look-alikes for the Latin letters that they look like, and leave out what cannot be seen");
  options.number("--level", settings->level, "P", "The p-value that decides (default: 3.2e-5, that of z 4)");
  options.text("--report", settings->report, "FILE.html", "A page with the text in green and red, and the running z");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
