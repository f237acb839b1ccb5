// attacks MODEL STORIES.txt [TEXTS [SECTION]]: the numbers about attacks on watermarks of docs/findings.md. Without a
// number of texts two. Ends with status 1 where a number is not what it must be.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iostream>
#include <iterator>
#include <limits>
#include <set>
#include <string>
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
#include <tl/decode/load.hpp>
#include <tl/model/first_layers.hpp>
#include <tl/watermark/watermark.hpp>
#include <vector>

#include "prompts.hpp"

namespace {

using namespace tl;
using Model = LanguageModel<dynamic_gpt2>;
using Ids = std::vector<Token>;
using Scheme = DynamicWatermarkScheme;
using Stage = std::function<void(std::span<float>, const StepContext&)>;
using AnyAttack = std::function<Ids(const AttackedText&, RandomKey)>;
using enum SeedingKind;

constexpr std::size_t length = 200;
constexpr double delta = 2;
constexpr std::uint64_t key = 15485863, attack_seed = 5;
constexpr std::size_t times = 8;  // that tokens of a text are substituted
bool all_held = true;

const char* word(bool good) {
  all_held &= good;
  return good ? "holds" : "FAILS";
}
void heading(const std::string& text) { std::cout << "\n## " << text << "\n\n"; }

struct Text {
  Ids prompt, tokens;
  operator AttackedText() const { return {prompt, tokens}; }
};

// Texts of 200 tokens at temperature 1, from stream `first` on. They do not end: the EOS is forbidden.
std::vector<Text> write(const Model& model, const std::vector<Ids>& prompts, const Stage& stage, std::size_t count,
                        std::size_t first = 0, std::size_t at_once = 32) {
  GenerateOptions options{.max_new_tokens = length, .sampling = {.seed = 11, .first_stage = stage}};
  options.sampling.logit_bias = {{*model.tokenizer().eos(), removed_logit}};
  std::vector<Text> texts;
  while (texts.size() < count) {
    std::vector<Prompt> several;
    for (std::size_t i = first + texts.size(); i != first + std::min(count, texts.size() + at_once); ++i)
      several.push_back({prompts[i % prompts.size()], i});
    auto generation = generate(model, several, options, Sampler(options.sampling), OnToken{});
    for (std::size_t i = 0; i != several.size(); ++i)
      texts.push_back({Ids(several[i].tokens.begin(), several[i].tokens.end()), std::move(generation.texts[i].tokens)});
  }
  return texts;
}

Detection detect(const Scheme& scheme, const AttackedText& text) {
  return WatermarkDetector(scheme).detect(text.whole(), {.prompt_length = text.prompt.size()});
}

// The lists and tokens whose colours a detector counts.
std::set<std::pair<std::uint64_t, Token>> colours(const Scheme& scheme, const AttackedText& text) {
  const Ids whole = text.whole();
  std::set<std::pair<std::uint64_t, Token>> found;
  for (std::size_t i = std::max(text.prompt.size(), scheme.width()); i != whole.size(); ++i)
    found.emplace(scheme.after(std::span(whole).subspan(i - scheme.width(), scheme.width()))(whole[i]), whole[i]);
  return found;
}

// What z should be if colours that survive are as green as before, and the others green by chance: survival is that of
// another draw of the attack on the same text.
double simulated_z(const Scheme& scheme, const Text& text, const Substitution& attack, RandomKey other) {
  const Detection before = detect(scheme, text);
  const Ids tokens = attack(text, other);
  const auto old = colours(scheme, text), now = colours(scheme, AttackedText{text.prompt, tokens});
  const auto survive = static_cast<double>(std::ranges::count_if(now, [&](const auto& c) { return old.contains(c); }));
  const double gamma = scheme.gamma(), n = static_cast<double>(now.size());
  const double excess = static_cast<double>(before.green) / static_cast<double>(before.scored) - gamma;
  return survive * excess / std::sqrt(n * gamma * (1 - gamma));
}

void substitution(const Model& model, const std::vector<Ids>& prompts, std::size_t count) {
  heading("Substitution: what is left of z, means of " + std::to_string(count) + " texts of 200 tokens, " +
          std::to_string(times) + " attacks on each");
  std::cout << "| scheme | z | share substituted | z after | z (1 - share)^(h + 1) | simulated survival |\n";
  struct Named {
    const char* name;
    WatermarkOptions options;
  };
  for (const Named& named : {Named{"left hash, h 1", {}},
                             {"left hash, h 2", {.width = 2}},
                             {"left hash, h 4", {.width = 4}},
                             {"min hash, h 4", {.seeding = min_hash, .width = 4}},
                             {"self hash, h 3", {.seeding = self_hash, .width = 3}},
                             {"unigram", {.seeding = unigram}}}) {
    // Texts of one key have colours in common: each eight have a key of their own.
    std::vector<Text> texts;
    const auto scheme = [&](std::size_t i) { return named.options.scheme(key + i / 8, model.config().d_vocab); };
    for (std::size_t i = 0; i < count; i += 8)
      std::ranges::move(write(model, prompts, Watermark(scheme(i), delta), std::min<std::size_t>(8, count - i), i),
                        std::back_inserter(texts));
    const double n = static_cast<double>(count);
    double before = 0;
    for (std::size_t i = 0; i != count; ++i) before += detect(scheme(i), texts[i]).z / n;
    for (const double share : {.1, .2, .3, .5}) {
      const Substitution attack(share, model.config().d_vocab);
      double after = 0, squares = 0, simulated = 0;
      for (std::size_t i = 0; i != count; ++i) {
        double z = 0;  // of several attacks on the text
        for (std::size_t time = 0; time != times; ++time) {
          const RandomKey random{attack_seed + 2 * time, i}, other{attack_seed + 2 * time + 1, i};
          const Ids tokens = attack(texts[i], random);
          z += detect(scheme(i), AttackedText{texts[i].prompt, tokens}).z / static_cast<double>(times);
          simulated += simulated_z(scheme(i), texts[i], attack, other) / (n * static_cast<double>(times));
        }
        after += z / n;
        squares += z * z / n;
      }
      const double standard_error = std::sqrt((squares - after * after) / n),
                   width = static_cast<double>(scheme(0).width());
      const double formula = before * std::pow(1 - share, width + 1);
      // Where little is left of z, ten per cent of it are less than the mean of so many texts can tell.
      const auto near = [&](double expected) {
        return count < 200 ? "" : word(std::abs(after - expected) <= std::max(.1 * expected, 3 * standard_error));
      };
      std::printf("| %s | %.2f | %.1f | %.2f +- %.2f | ", named.name, before, share, after, standard_error);
      if (named.options.seeding == left_hash) std::printf("%.2f %s | ", formula, near(formula));
      else std::printf("| ");
      std::printf("%.2f %s |\n", simulated, near(simulated));
      std::fflush(stdout);
    }
  }
}

// Means of a row of the table.
struct Row {
  double z = 0, detected = 0, changed = 0, loss = 0;
};

class Table {
 public:
  Table(const Model& model, const Scheme& scheme) : model_(model), detector_(scheme) {
    std::cout << "| attack | z | z > 4 | changed | perplexity |\n";
  }
  Row add(const std::string& name, const std::vector<Text>& texts, const AnyAttack& attack = {}) const {
    Row mean;
    const double n = static_cast<double>(texts.size());
    for (std::size_t i = 0; i != texts.size(); ++i) {
      const Ids tokens = attack ? attack(texts[i], {attack_seed, i}) : texts[i].tokens;
      const TextVerdict verdict = judge(model_, detector_, {texts[i].prompt, tokens});
      mean.z += verdict.detection.z / n;
      mean.detected += (verdict.detection.z > 4) / n;
      mean.loss += verdict.loss / n;
      mean.changed += share_changed(texts[i].tokens, tokens) / n;
    }
    std::printf("| %s | %.2f | %.3f | ", name.c_str(), mean.z, mean.detected);
    if (attack) std::printf("%.3f", mean.changed);
    std::printf(" | %.2f |\n", std::exp(mean.loss));
    std::fflush(stdout);
    return mean;
  }

 private:
  const Model& model_;
  WatermarkDetector<Scheme> detector_;
};

std::string named(const std::string& what, double a) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), " %.2g", a);
  return what + text.data();
}

template <TextAttack A>
AnyAttack normalised(const Model& model, const A& attack) {
  return ThroughText{model.tokenizer(), [attack](std::string_view text, RandomKey random) {
                       return normalise_homoglyphs(attack(text, random));
                     }};
}

// A left hash of h 1, texts with its watermark, and those of the same seeds without one.
struct Marked {
  Marked(const Model& of, const std::vector<Ids>& prompts, std::size_t count)
      : model(of),
        scheme(WatermarkOptions{}.scheme(key, model.config().d_vocab)),
        stage(scheme, delta),
        texts(write(model, prompts, stage, count)),
        plain(write(model, prompts, {}, count)) {}

  const Model& model;
  Scheme scheme;
  Watermark<Scheme> stage;
  std::vector<Text> texts, plain;
};

// The table's first rows; what substitution makes of the watermark is what other attacks are measured by.
std::vector<Row> substituted(const Table& table, const Marked& marked) {
  table.add("no watermark", marked.plain);
  std::vector<Row> rows{table.add("watermark", marked.texts)};
  for (const double share : {.1, .2, .3, .5, .7, 1.})
    rows.push_back(
        table.add(named("substitution", share), marked.texts, Substitution(share, marked.model.config().d_vocab)));
  return rows;
}

void on_texts(const Model& model, const std::vector<Ids>& prompts, std::size_t count) {
  heading("Attacks on texts with a left hash of h 1, gamma .25, delta 2: means of " + std::to_string(count) +
          " texts of 200 tokens");
  const Marked marked(model, prompts, count);
  const auto& texts = marked.texts;
  const Table table(model, marked.scheme);
  substituted(table, marked);
  const Tokenizer& tokenizer = model.tokenizer();
  for (const std::size_t span : {1u, 8u, 32u})
    for (const double share : {.3, .5, .7})
      table.add(named("resampling, spans of " + std::to_string(span) + ",", share), texts,
                Resampling(model, share, span));
  Ids other;
  for (const Text& text : marked.plain) other.insert(other.end(), text.tokens.begin(), text.tokens.end());
  for (const double share : {.5, .25, .1})
    table.add(named("copy-paste, 3 pieces,", share), texts, CopyPaste(other, 3, share));
  table.add("sentences scrambled", texts, ThroughText{tokenizer, ScrambleSentences{}});
  table.add("decoded and encoded", texts, ThroughText{tokenizer, DecodeEncode{}});
  for (const double share : {.02, .1, .5}) {
    table.add(named("homoglyphs", share), texts, ThroughText{tokenizer, Homoglyphs{share}});
    table.add("the same, normalised", texts, normalised(model, Homoglyphs{share}));
  }
  table.add("zero-width 0.1", texts, ThroughText{tokenizer, ZeroWidth{.1}});
  table.add("the same, normalised", texts, normalised(model, ZeroWidth{.1}));
}

// The loss that substitution has at a z, between the rows of the two nearest shares.
double substitution_loss(const std::vector<Row>& rows, double z) {
  for (std::size_t i = 0; i + 1 != rows.size(); ++i)
    if (rows[i + 1].z <= z) {
      const double t = std::clamp((rows[i].z - z) / (rows[i].z - rows[i + 1].z), 0., 1.);
      return rows[i].loss + t * (rows[i + 1].loss - rows[i].loss);
    }
  return rows.back().loss;
}

void while_generating(const Model& model, const std::vector<Ids>& prompts, std::size_t count) {
  heading("Attacks on the generation of the same: means of " + std::to_string(count) + " texts");
  const Marked marked(model, prompts, count);
  const Table table(model, marked.scheme);
  const auto rows = substituted(table, marked);
  const auto washed_out = [&](const Row& row) {
    if (count < 50) return;
    std::printf("  z below 4 %s, at less loss than by substitution %s\n", word(row.z < 4),
                word(row.loss < substitution_loss(rows, row.z)));
  };
  for (const std::size_t keys : {2u, 3u, 5u})
    for (const Averaging averaging : {Averaging::probabilities, Averaging::logarithms}) {
      std::vector<Watermark<Scheme>> stages;
      for (std::size_t i = 0; i != keys; ++i)
        stages.emplace_back(WatermarkOptions{}.scheme(key + i, model.config().d_vocab), delta);
      const auto row = table.add((averaging == Averaging::probabilities ? "mean of " : "logarithmic mean of ") +
                                     std::to_string(keys) + " keys",
                                 write(model, prompts, KeyEnsemble(stages, averaging), count));
      if (keys >= 3) washed_out(row);
    }
  for (const std::size_t layers : {3u, 5u}) {
    const auto weak = first_layers(static_cast<const Gpt2<dynamic_gpt2>&>(model), layers);
    for (const double threshold : {.5, .9}) {
      const ConfidenceSmoothing stage(marked.stage, ModelReference(weak), threshold);
      const auto row = table.add(named("smoothing by the first " + std::to_string(layers) + " layers below", threshold),
                                 write(model, prompts, stage, count, 0, 1));  // one by one: the reference has one past
      if (threshold == .9) washed_out(row);
    }
  }
}

void stealing(const Model& model, const std::vector<Ids>& prompts, std::size_t count) {
  for (const SeedingKind seeding : {left_hash, unigram}) {
    const Scheme scheme = WatermarkOptions{.seeding = seeding}.scheme(key, model.config().d_vocab);
    const Watermark marked(scheme, delta);
    heading("Stealing the lists of " + std::string(name(seeding)) + ", h " + std::to_string(scheme.width()));
    const Table table(model, scheme);
    const std::size_t tried = (count + 3) / 4;
    const auto plain = write(model, prompts, {}, tried), texts = write(model, prompts, marked, tried);
    table.add("no watermark", plain);
    table.add("watermark", texts);
    StolenList list(scheme.width());
    std::size_t seen = 0;
    for (const std::size_t stolen : {std::max<std::size_t>(count / 4, 1), count, 4 * count}) {
      for (const Text& text : write(model, prompts, marked, stolen - seen, 100'000 + seen))
        list.see_marked(text.tokens);
      for (const Text& text : write(model, prompts, {}, stolen - seen, 200'000 + seen)) list.see_plain(text.tokens);
      seen = stolen;
      std::size_t asked = 0, guessed = 0, right = 0, called_green = 0;
      for (const Text& text : plain)
        for (std::size_t i = scheme.width(); i != text.tokens.size(); ++i) {
          const auto context = std::span(text.tokens).subspan(i - scheme.width(), scheme.width());
          const auto guess = list.green(context, text.tokens[i]);
          ++asked;
          guessed += guess.has_value();
          called_green += guess.value_or(false);
          right += guess == scheme.green(scheme.after(context), text.tokens[i]);
        }
      std::printf(
          "from %zu marked and %zu other texts: %.3f of a text's tokens guessed, %.3f of these rightly (%.3f are "
          "called green)\n",
          seen, seen, static_cast<double>(guessed) / static_cast<double>(asked),
          static_cast<double>(right) / static_cast<double>(guessed),
          static_cast<double>(called_green) / static_cast<double>(guessed));
      const StolenBias inverted(list, delta), forged(list, -delta);
      table.add("stolen from " + std::to_string(seen) + " texts, inverted",
                write(
                    model, prompts,
                    [&](std::span<float> logits, const StepContext& context) {
                      marked(logits, context);
                      inverted(logits, context);
                    },
                    tried));
      table.add("forged, without the key", write(model, prompts, forged, tried));
    }
  }
}

int run(int argc, char** argv) {
  const Model model = load<dynamic_gpt2>(argv[1]);
  const auto prompts = read_prompts(model, argv[2]);
  const std::size_t count = argc > 3 ? std::stoul(argv[3]) : 2;
  const std::string only = argc > 4 ? argv[4] : "";
  const auto section = [&](const std::string& name, auto show, std::size_t texts) {
    if (only.empty() || only == name) show(model, prompts, texts);
  };
  section("substitution", substitution, count);
  section("texts", on_texts, (count + 1) / 2);
  section("generation", while_generating, (count + 3) / 4);
  section("stealing", stealing, count);
  return all_held ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) throw Error("usage: attacks MODEL STORIES.txt [TEXTS [SECTION]]");
  return run(argc, argv);
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
