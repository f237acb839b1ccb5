// tl watermark attack: what attacks leave of a text's watermark, and what they cost.
#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/attack/copy_paste.hpp>
#include <tl/attack/homoglyphs.hpp>
#include <tl/attack/key_ensemble.hpp>
#include <tl/attack/model_reference.hpp>
#include <tl/attack/outcome.hpp>
#include <tl/attack/resampling.hpp>
#include <tl/attack/scramble.hpp>
#include <tl/attack/smoothing.hpp>
#include <tl/attack/stolen_list.hpp>
#include <tl/attack/substitution.hpp>
#include <tl/model/first_layers.hpp>
#include <tl/watermark/watermark.hpp>

#include "command.hpp"
#include "model.hpp"
#include "progress_line.hpp"
#include "provenance.hpp"
#include "read_text.hpp"
#include "separated_list.hpp"
#include "standard_output.hpp"
#include "table.hpp"
#include "watermark_options.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;
using Scheme = DynamicWatermarkScheme;
using Stage = std::function<void(std::span<float>, const StepContext&)>;
using TextToText = std::function<std::string(std::string_view, RandomKey)>;

struct Settings {
  ModelOptions model;
  WatermarkFlags watermark{"--key"};
  std::vector<std::string> text, prompt, attacks;
  std::string other;
  double delta = 2;
  std::uint64_t seed = 0;
  std::size_t max_new_tokens = 200;
  bool normalise = false, no_bos = false, json = false;
};

// "substitution:0.3": a name, and what comes after it between colons.
class AttackWords {
 public:
  explicit AttackWords(const std::string& words) : words_(words) {
    std::string_view left = words_;
    for (std::size_t colon; (colon = left.find(':')) != left.npos; left.remove_prefix(colon + 1))
      parts_.push_back(left.substr(0, colon));
    parts_.push_back(left);
  }
  const std::string& words() const { return words_; }
  std::string_view name() const { return parts_.front(); }
  // Throws Error where there are more values, or fewer, than the attack takes.
  void takes(std::size_t least, std::size_t most, std::string_view form) const {
    if (parts_.size() - 1 < least || parts_.size() - 1 > most)
      throw Error("--attack is `", words_, "`, where ", form, " is wanted");
  }
  template <class Number>
  Number number(std::size_t i, Number otherwise = {}) const {
    if (i + 1 >= parts_.size()) return otherwise;
    return parse_number<Number>(parts_[i + 1], fmt::format("a value of --attack {}", name()));
  }
  std::string_view word(std::size_t i) const { return i + 1 < parts_.size() ? parts_[i + 1] : std::string_view(); }

 private:
  std::string words_;
  std::vector<std::string_view> parts_;
};

struct Row {
  std::string name;
  TextVerdict verdict;
  std::optional<double> changed{};  // of attacks on a text that is there
  std::vector<Token> tokens;
};

// A network, and the texts that are attacked.
template <class Network>
class Attacked {
 public:
  Attacked(const Settings& settings, const Model& model, const Network& network)
      : settings_(settings), model_(model), network_(network), scheme_(scheme(settings.watermark.key())) {
    if (!settings.text.empty() || settings.prompt.empty()) read();
    else tokens_ = written(marked(scheme_)).front();
  }

  bool generated() const { return generated_; }
  const std::vector<Token>& prompt() const { return prompt_; }

  Row as_it_is() const { return {generated_ ? "watermark" : "as it is", judged(tokens_), {}, tokens_}; }
  Row without_watermark() { return row("no watermark", written({}).front(), {}); }

  Row attack(const AttackWords& words) {
    if (const auto stage = while_generating(words)) {
      if (!generated_)
        throw Error("--attack ", words.name(), " is on the generation: give a --prompt to go on from, and no text");
      return row(words.words(), written(*stage).front(), {});
    }
    const auto on_text = text_attack(words);
    auto tokens = on_text ? ThroughText{model_.tokenizer(), *on_text}(text(), key()) : token_attack(words);
    const double changed = share_changed(tokens_, tokens);
    return row(words.words(), std::move(tokens), changed);
  }

 private:
  AttackedText text() const { return {prompt_, tokens_}; }
  RandomKey key() const { return {settings_.seed, 0}; }
  std::size_t d_vocab() const { return network_.config().d_vocab; }
  Scheme scheme(std::uint64_t key) const { return settings_.watermark.scheme().scheme(key, d_vocab()); }
  Watermark<Scheme> marked(const Scheme& scheme) const { return {scheme, settings_.delta}; }

  void read() {
    if (!settings_.prompt.empty()) prompt_ = model_.prompt(settings_.prompt.front(), !settings_.no_bos);
    else if (model_.tokenizer().bos() && !settings_.no_bos) prompt_ = {*model_.tokenizer().bos()};
    std::string text = settings_.text.empty() ? read_text(stdin, "standard input") : settings_.text.front();
    if (settings_.text.empty() && text.ends_with('\n')) text.pop_back();
    tokens_ = model_.tokenizer().encode(text).ids();
    if (tokens_.empty())
      throw Error("there is no text: give --text TEXT, text on standard input, or a --prompt to go on from");
  }

  // Texts that go on from the prompt, one for each stream from `first` on; without an EOS at the end.
  std::vector<std::vector<Token>> written(const Stage& stage, std::size_t count = 1, std::uint64_t first = 0) {
    if (prompt_.empty()) prompt_ = model_.prompt(settings_.prompt.front(), !settings_.no_bos);
    if (prompt_.empty()) throw Error("the prompt has no token: an empty text needs the BOS in front");
    generated_ = true;
    GenerateOptions options{.max_new_tokens = settings_.max_new_tokens,
                            .sampling = {.seed = settings_.seed, .first_stage = stage},
                            .threads = model_.run_options().threads};
    if (model_.tokenizer().eos()) options.stop_tokens = {*model_.tokenizer().eos()};
    std::vector<Prompt> prompts;
    for (std::size_t i = 0; i != count; ++i) prompts.push_back({prompt_, first + i});
    std::vector<std::vector<Token>> texts;
    for (auto& text : generate(network_, prompts, options, Sampler(options.sampling), OnToken{}).texts) {
      if (text.stop == StopReason::stop_token) text.tokens.pop_back();
      texts.push_back(std::move(text.tokens));
    }
    return texts;
  }

  TextVerdict judged(std::span<const Token> tokens) const {
    if (tokens.empty())
      throw Error("the text is over before it begins: the first token is the EOS; try another --seed");
    return judge(network_, WatermarkDetector(scheme_), {prompt_, tokens}, model_.run_options());
  }
  Row row(std::string name, std::vector<Token> tokens, std::optional<double> changed) const {
    TextVerdict verdict = judged(tokens);
    return {std::move(name), std::move(verdict), changed, std::move(tokens)};
  }

  std::vector<Token> token_attack(const AttackWords& words) const {
    const auto share = [&] { return words.number<double>(0); };
    if (words.name() == "substitution") {
      words.takes(1, 1, "substitution:SHARE");
      return Substitution(share(), d_vocab())(text(), key());
    }
    if (words.name() == "resampling") {
      words.takes(1, 2, "resampling:SHARE or resampling:SHARE:SPAN");
      return Resampling(network_, share(), words.number<std::size_t>(1, 8), model_.run_options())(text(), key());
    }
    if (words.name() == "copy-paste") {
      words.takes(1, 2, "copy-paste:SHARE or copy-paste:SHARE:PIECES");
      if (settings_.other.empty()) throw Error("--attack copy-paste needs a text to paste into: give --other FILE");
      return CopyPaste(model_.tokenizer().encode(read_text(settings_.other)).ids(), words.number<std::size_t>(1, 3),
                       share())(text(), key());
    }
    throw Error("--attack is `", words.words(),
                "`: there is substitution, resampling, copy-paste, scramble, decode-encode, homoglyphs, zero-width, "
                "smoothing, ensemble, stealing");
  }

  std::optional<TextToText> text_attack(const AttackWords& words) const {
    TextToText attack;
    if (words.name() == "scramble") {
      words.takes(0, 0, "scramble");
      attack = ScrambleSentences{};
    } else if (words.name() == "decode-encode") {
      words.takes(0, 0, "decode-encode");
      attack = DecodeEncode{};
    } else if (words.name() == "homoglyphs") {
      words.takes(1, 1, "homoglyphs:SHARE");
      attack = Homoglyphs(words.number<double>(0));
    } else if (words.name() == "zero-width") {
      words.takes(1, 1, "zero-width:SHARE");
      attack = ZeroWidth(words.number<double>(0));
    } else {
      return std::nullopt;
    }
    if (!settings_.normalise) return attack;
    return [attack](std::string_view text, RandomKey key) { return normalise_homoglyphs(attack(text, key)); };
  }

  std::optional<Stage> while_generating(const AttackWords& words) {
    if (words.name() == "smoothing") {
      words.takes(1, 2, "smoothing:CONFIDENCE or smoothing:CONFIDENCE:LAYERS");
      const auto layers = words.number<std::size_t>(1, std::max<std::size_t>(network_.config().n_layer, 2) - 1);
      const auto threshold = words.number<double>(0);
      using Weak = decltype(first_layers(network_, layers));
      const auto weak = std::make_shared<const Weak>(first_layers(network_, layers));
      const ModelReference reference(*weak, model_.run_options());
      const ConfidenceSmoothing stage(marked(scheme_), reference, threshold);
      return [weak, stage](std::span<float> logits, const StepContext& context) { stage(logits, context); };
    }
    if (words.name() == "ensemble") {
      words.takes(1, 2, "ensemble:KEYS or ensemble:KEYS:logarithms");
      if (!words.word(1).empty() && words.word(1) != "logarithms" && words.word(1) != "probabilities")
        throw Error("--attack is `", words.words(), "`: the mean is of probabilities or logarithms");
      std::vector<Watermark<Scheme>> stages;
      for (std::size_t i = 0, keys = words.number<std::size_t>(0); i != std::min<std::size_t>(keys, 1000); ++i)
        stages.push_back(marked(scheme(settings_.watermark.key() + i)));
      return KeyEnsemble(std::move(stages),
                         words.word(1) == "logarithms" ? Averaging::logarithms : Averaging::probabilities);
    }
    if (words.name() == "stealing") {
      words.takes(1, 2, "stealing:TEXTS or stealing:TEXTS:STRENGTH");
      StolenList list(scheme_.width());
      const auto texts = words.number<std::size_t>(0);
      if (!generated_)
        throw Error("--attack stealing is on the generation: give a --prompt to go on from, and no text");
      ProgressLine progress("texts", texts);
      constexpr std::size_t at_once = 32;
      for (std::size_t done = 0; done < texts; done += at_once) {
        const std::size_t count = std::min(at_once, texts - done);
        for (const auto& text : written(marked(scheme_), count, done + 1)) list.see_marked(text);
        for (const auto& text : written({}, count, done + 1)) list.see_plain(text);
        progress.update(done + count);
      }
      const StolenBias inverted(std::move(list), words.number<double>(1, settings_.delta));
      return [before = marked(scheme_), inverted](std::span<float> logits, const StepContext& context) {
        before(logits, context);
        inverted(logits, context);
      };
    }
    return std::nullopt;
  }

  const Settings& settings_;
  const Model& model_;
  const Network& network_;
  Scheme scheme_;
  std::vector<Token> prompt_, tokens_;
  bool generated_ = false;
};

Json as_json(const Row& row, const Model& model) {
  const Detection& found = row.verdict.detection;
  Json json{{"attack", row.name},
            {"z", found.z},
            {"p_value", nullptr},
            {"scored", found.scored},
            {"green", found.green},
            {"changed", nullptr},
            {"loss", row.verdict.loss},
            {"perplexity", std::exp(row.verdict.loss)},
            {"text", model.tokenizer().decode(row.tokens)}};
  if (found.p_value) json["p_value"] = *found.p_value;
  if (row.changed) json["changed"] = *row.changed;
  return json;
}

void run(const Settings& settings, const Arguments& arguments) {
  if (settings.attacks.empty())
    throw Error("there is no attack: give --attack NAME:..., such as --attack substitution:0.3");
  static_cast<void>(settings.watermark.key());
  const Model model(settings.model);
  std::vector<Row> rows;
  std::vector<Token> prompt;
  model.with_float32([&](const auto& network) {
    Attacked attacked(settings, model, network);
    if (attacked.generated()) rows.push_back(attacked.without_watermark());
    rows.push_back(attacked.as_it_is());
    ProgressLine progress("attacks", settings.attacks.size());
    for (const std::string& words : settings.attacks) {
      rows.push_back(attacked.attack(AttackWords(words)));
      progress.update(rows.size());
    }
    prompt = attacked.prompt();
  });

  if (settings.json) {
    Json json = provenance(settings.watermark.without_key(arguments), model, std::span(&prompt, 1));
    json["seed"] = settings.seed;
    json["watermark"] = settings.watermark.provenance();
    json["rows"] = Json::array();
    for (const Row& row : rows) json["rows"].push_back(as_json(row, model));
    return put_json(json);
  }
  Table table({"text", ">z", ">p", ">scored", ">changed", ">loss", ">perplexity"});
  for (const Row& row : rows) {
    const Detection& found = row.verdict.detection;
    table.add({row.name, fmt::format("{:.2f}", found.z),
               found.p_value ? fmt::format("{:.2g}", *found.p_value) : "too short", fmt::format("{}", found.scored),
               row.changed ? fmt::format("{:.3f}", *row.changed) : "", fmt::format("{:.3f}", row.verdict.loss),
               fmt::format("{:.1f}", std::exp(row.verdict.loss))});
  }
  put(table.text());
}

}  // namespace

Command watermark_attack(CLI::App& family) {
  Options options(
      family, "attack", "What attacks leave of a text's watermark, and what they cost",
      R"(The text is --text or standard input, or goes on from --prompt and is written here; give the scheme as for `tl watermark
detect`. For each attack: z and p afterwards, the share of the tokens that changed, and the loss of the text under the
model without a watermark. --attack may be given several times:
  substitution:SHARE            tokens replaced by any others
  resampling:SHARE[:SPAN]       spans (of 8 tokens) drawn anew by the model; of 1: substitution with its proposals
  copy-paste:SHARE[:PIECES]     that share of the text, in pieces (3), put into the --other text
  scramble                      sentences in another order
  decode-encode                 nothing but what a text does that is tokenized again
  homoglyphs:SHARE              letters replaced by Cyrillic ones that look the same
  zero-width:SHARE              letters with a space behind them that has no width
And of texts written here:
  smoothing:CONFIDENCE[:LAYERS] where |p|_2 is below CONFIDENCE drawn from the model's first layers (all but one)
  ensemble:KEYS[:logarithms]    drawn from the mean of as many differently keyed distributions
  stealing:TEXTS[:STRENGTH]     green lists guessed from so many texts, and STRENGTH (the delta) taken off their tokens

Examples:
  tl watermark attack --key 42 --prompt 'One day, Lily' --attack substitution:0.3 --attack ensemble:3
  tl generate --prompt 'One day, Lily' --watermark 42 | tl watermark attack --key 42 --attack homoglyphs:0.1 --normalise)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare_unprocessed(options);
  settings->watermark.declare(options, "The watermark's key: a number, or words");
  options.texts("--attack", settings->attacks, "NAME:...", "An attack, see below; several may be given");
  options.optional("--text", settings->text, "TEXT", "The text (default: standard input, or one written here)");
  options.optional("--prompt", settings->prompt, "TEXT", "What the text continues; without a text: what to go on from");
  options.flag("--no-bos", settings->no_bos, "Put no BOS in front of the prompt");
  options.number("--delta", settings->delta, "D", "Of a text written here: the bias of green tokens (default: 2)");
  options.number("--max-new-tokens", settings->max_new_tokens, "N", "Of a text written here (default: 200)");
  options.number("--seed", settings->seed, "N", "Of the text and of the attacks (default: 0)");
  options.text("--other", settings->other, "FILE", "The text that copy-paste pastes into");
  options.flag("--normalise", settings->normalise, "Undo homoglyphs before the detector sees a text");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
