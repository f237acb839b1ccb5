// watermark MODEL STORIES.txt [DATA]: the numbers about watermarks of docs/findings.md. Without DATA a hundredth of the
// texts, and none of a corpus. Ends with status 1 where a number is not what it must be.
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <tl/decode/load.hpp>
#include <tl/decode/token_entropies.hpp>
#include <tl/watermark/detector.hpp>
#include <tl/watermark/spike_entropy.hpp>
#include <tl/watermark/watermark.hpp>
#include <vector>

#include "prompts.hpp"

namespace {

using namespace tl;
using Model = LanguageModel<dynamic_gpt2>;
using Ids = std::vector<Token>;

constexpr std::size_t length = 200;  // of every text
bool all_held = true;

bool held(bool good) {
  all_held &= good;
  return good;
}
const char* word(bool good) { return held(good) ? "holds" : "FAILS"; }

std::string short_number(double value) {
  std::array<char, 16> text;
  std::snprintf(text.data(), text.size(), "%.2f", value);
  return text.data();
}

void heading(const std::string& text) { std::cout << "\n## " << text << "\n\n"; }

double uniform_number(std::uint64_t seed, std::size_t i) { return uniform({seed, 0}, 0, Purpose::test, i); }

struct NamedScheme {
  std::string name;
  WatermarkOptions options;
};
std::vector<NamedScheme> schemes() {
  using enum SeedingKind;
  return {{"left hash, h 1", {.seeding = left_hash, .width = 1}},
          {"left hash, h 4", {.seeding = left_hash, .width = 4}},
          {"min hash, h 4", {.seeding = min_hash, .width = 4}},
          {"self hash, h 3", {.seeding = self_hash, .width = 3}},
          {"unigram", {.seeding = unigram}},
          {"left hash, h 1, exact", {.seeding = left_hash, .width = 1, .list = GreenListKind::exact}},
          {"unigram, exact", {.seeding = unigram, .list = GreenListKind::exact}}};
}

// The greatest distance of the values' distribution from the uniform one, and how often it is as great by chance
// (Kolmogorov 1933, with Stephens' correction for the number of values).
struct KolmogorovSmirnov {
  double distance = 0, p = 1;
};
KolmogorovSmirnov against_uniform(std::vector<double> values) {
  std::ranges::sort(values);
  const double n = static_cast<double>(values.size());
  KolmogorovSmirnov found;
  for (std::size_t i = 0; i != values.size(); ++i)
    found.distance =
        std::max({found.distance, static_cast<double>(i + 1) / n - values[i], values[i] - static_cast<double>(i) / n});
  const double x = (std::sqrt(n) + .12 + .11 / std::sqrt(n)) * found.distance;
  double sum = 0;
  for (int k = 1; k != 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2. * k * k * x * x);
  found.p = std::clamp(sum, 0., 1.);
  return found;
}

// P(p-value < level) of the exact test: that of the least count which is below it.
double attained_size(std::size_t scored, double gamma, double level) {
  static std::map<std::size_t, double> known;
  const auto [at, fresh] = known.try_emplace(scored, 0.);
  if (fresh) {
    std::size_t green = 0;
    while (green <= scored && green_p_value(green, scored, gamma) >= level) ++green;
    at->second = green > scored ? 0 : green_p_value(green, scored, gamma);
  }
  return at->second;
}

// A text for each number, of that family.
struct Family {
  std::string name;
  std::function<Ids(std::uint64_t)> text;
};

Ids random_text(std::size_t count, std::uint64_t seed, std::size_t d_vocab) {
  Ids tokens;
  for (std::size_t i = 0; i != count; ++i)
    tokens.push_back(static_cast<Token>(uniform_number(seed, i) * static_cast<double>(d_vocab)));
  return tokens;
}
Ids periodic_text(std::size_t period, std::uint64_t seed, std::size_t d_vocab) {
  Ids tokens = random_text(period, seed, d_vocab);
  while (tokens.size() < length) tokens.push_back(tokens[tokens.size() - period]);
  return tokens;
}

Ids tokens_of(const std::filesystem::path& data) {
  const Tokenizer tokenizer = Tokenizer::load((data / "gpt2-tokenizer").string());
  Ids tokens;
  for (const auto& file : std::filesystem::directory_iterator(data / "corpora")) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const Tokens found = tokenizer.encode(text.str().substr(0, 4'000'000));
    tokens.insert(tokens.end(), found.begin(), found.end());
  }
  return tokens;
}

// Green tokens at a level of z 4 as a detector finds them that counts a token whenever it comes.
bool positive_with_repetitions(const DynamicWatermarkScheme& scheme, const Detection& found, bool each_gram_once,
                               const Ids& tokens) {
  std::set<Ids> seen;
  std::size_t scored = 0, green = 0;
  const std::size_t width = scheme.width();
  for (std::size_t i = width; i < tokens.size(); ++i) {
    const auto from = tokens.begin() + static_cast<std::ptrdiff_t>(i - width);
    if (each_gram_once && !seen.emplace(from, from + static_cast<std::ptrdiff_t>(width) + 1).second) continue;
    ++scored;
    green += found.tokens[i].green;
  }
  return green_p_value(green, scored, scheme.gamma()) < 1e-3;
}

void false_positives(const std::vector<Family>& families, std::size_t count, std::size_t d_vocab) {
  heading("False positives at p < .001: texts of 200 tokens, a fresh key for each, " + std::to_string(count) +
          " a row");
  std::cout << "| text | scheme | scored | positives | expected | limit | KS p | with repetitions | each (h + 1)-gram "
               "once |\n";
  constexpr std::size_t compared = 10'000;  // texts that are counted in the wrong ways as well
  std::uint64_t key = 1'000'000'007;
  for (const Family& family : families)
    for (const NamedScheme& named : schemes()) {
      std::size_t positives = 0, repeated = 0, grams = 0, scored = 0;
      double expected = 0;
      std::vector<double> randomized;
      for (std::uint64_t i = 0; i != count; ++i) {
        const auto scheme = named.options.scheme(++key, d_vocab);
        const Ids tokens = family.text(i);
        const Detection found = WatermarkDetector(scheme).detect(tokens, {.level = 1});
        positives += *found.p_value < 1e-3;
        expected += attained_size(found.scored, found.gamma, 1e-3);
        scored += found.scored;
        randomized.push_back(randomized_green_p_value(found.green, found.scored, found.gamma, uniform_number(key, 0)));
        if (i >= compared) continue;
        repeated += positive_with_repetitions(scheme, found, false, tokens);
        grams += positive_with_repetitions(scheme, found, true, tokens);
      }
      const double size = expected / static_cast<double>(count);
      std::size_t limit = 0;  // what chance exceeds once in a thousand times
      while (size > 0 && green_p_value(limit + 1, count, size) > 1e-3) ++limit;
      const bool exact = named.options.list == GreenListKind::exact;
      const auto ks = against_uniform(std::move(randomized));
      // Of all lists of a table one in a hundred would have p below .01; a fault would be below 1e-4 at once.
      std::printf("| %s | %s | %.0f | %zu | %.1f | %zu %s | %.3f %s | %.5f | %.5f |\n", family.name.c_str(),
                  named.name.c_str(), static_cast<double>(scored) / static_cast<double>(count), positives, expected,
                  limit, word(positives <= limit), ks.p, exact ? "" : word(ks.p > 1e-4),
                  static_cast<double>(repeated) / static_cast<double>(std::min(count, compared)),
                  static_cast<double>(grams) / static_cast<double>(std::min(count, compared)));
      std::fflush(stdout);
    }
}

// A watermarked text, and what the model thinks of its places.
struct Written {
  std::uint64_t key = 0;
  Ids tokens;  // the prompt's first
  std::size_t prompt_length = 0;
  double entropy = 0, spike_entropy = 0;  // means of the generated tokens' distributions
  std::vector<double> entropies{};
};

// Each eight texts have a key of their own.
std::vector<Written> write(const Model& model, const std::vector<Ids>& prompts, const WatermarkOptions& options,
                           double delta, std::size_t count) {
  constexpr std::size_t at_once = 8;
  std::vector<Written> texts;
  for (std::uint64_t key = 15485863; texts.size() < count; ++key) {
    const Watermark watermark(options.scheme(key, model.config().d_vocab), delta);
    const GenerateOptions sampled{.max_new_tokens = length, .sampling = {.seed = 11, .first_stage = watermark}};
    std::vector<Prompt> several;
    for (std::size_t i = texts.size(); i != std::min(count, texts.size() + at_once); ++i)
      several.push_back({prompts[i % prompts.size()], i});
    const auto generation = generate(model, several, sampled, Sampler(sampled.sampling), OnToken{});
    for (std::size_t i = 0; i != several.size(); ++i) {
      Written text{.key = key,
                   .tokens = {several[i].tokens.begin(), several[i].tokens.end()},
                   .prompt_length = several[i].tokens.size()};
      text.tokens.insert(text.tokens.end(), generation.texts[i].tokens.begin(), generation.texts[i].tokens.end());
      text.entropies.assign(text.tokens.size(), 0);
      for_each_logits(model, text.tokens, {}, [&](std::size_t position, std::span<const float> logits) {
        if (position < text.prompt_length) return;
        text.entropies[position] = entropy(logits).nats;
        text.entropy += text.entropies[position] / length;
        text.spike_entropy += spike_entropy(logits, options.gamma, delta) / length;
      });
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

Detection detect(const DynamicWatermarkScheme& scheme, const Written& text) {
  const WatermarkDetector detector(scheme);
  const DetectOptions options{.prompt_length = text.prompt_length};
  return scheme.entropy_gate() ? detector.detect(text.tokens, text.entropies, options)
                               : detector.detect(text.tokens, options);
}

// Texts of a scheme in bins of their mean entropy.
void detections(const Model& model, const std::vector<Ids>& prompts, std::size_t count, bool check) {
  heading("Detection: 200 tokens at temperature 1, gamma .25, delta 2, z above 4");
  std::cout << "| scheme | mean entropy, nats | texts | scored | z | detected | green | bound |\n";
  auto all = schemes();
  all.push_back({"left hash, h 1, SWEET .9", {.seeding = SeedingKind::left_hash, .width = 1, .entropy_threshold = .9}});
  const std::array<double, 6> edges{0, 1.5, 1.75, 2, 2.25, 9};
  for (const NamedScheme& named : all) {
    // The first scheme is the one that is promised of; of the others fewer texts will do.
    const auto texts = write(model, prompts, named.options, 2, &named == &all.front() ? count : (count + 3) / 4);
    const auto row = [&](double from, double to) {
      std::size_t in = 0, found = 0;
      double z = 0, green = 0, scored = 0, spike = 0;
      for (const Written& text : texts) {
        if (text.entropy < from || text.entropy >= to) continue;
        const Detection detection = detect(named.options.scheme(text.key, model.config().d_vocab), text);
        ++in;
        found += detection.z > 4;
        z += detection.z;
        scored += static_cast<double>(detection.scored);
        double share = 0;  // of all tokens, as the bound is of all
        for (std::size_t i = text.prompt_length; i != text.tokens.size(); ++i) share += detection.tokens[i].green;
        green += share / length;
        spike += text.spike_entropy;
      }
      if (in == 0) return;
      const std::string bin = to > 90  ? "all"
                              : to > 5 ? "from " + short_number(from)
                                       : short_number(from) + " to " + short_number(to);
      const double n = static_cast<double>(in), bound = least_green_share(spike / n, .25, 2);
      std::printf("| %s | %s | %zu | %.0f | %.2f | %.3f | %.3f | %.3f |\n", named.name.c_str(), bin.c_str(), in,
                  scored / n, z / n, static_cast<double>(found) / n, green / n, bound);
      // A bound of an expectation: five standard errors of a share of n * 200 tokens are allowed.
      if (check && !named.options.entropy_threshold) held(green / n >= bound - 5 * std::sqrt(.25 / (n * length)));
    };
    for (std::size_t i = 0; i + 1 != edges.size(); ++i) row(edges[i], edges[i + 1]);
    row(0, 99);
    std::fflush(stdout);
  }
}

void wrong_keys(const Model& model, const std::vector<Ids>& prompts, std::size_t count) {
  heading("Other keys on watermarked texts, and decoding and encoding again");
  const WatermarkOptions options;
  const auto texts = write(model, prompts, options, 2, count);
  std::vector<double> randomized;
  double sum = 0, squares = 0;
  std::uint64_t key = 1;
  for (const Written& text : texts)
    for (int i = 0; i != 20; ++i) {
      const Detection found = detect(options.scheme(++key, model.config().d_vocab), text);
      randomized.push_back(randomized_green_p_value(found.green, found.scored, found.gamma, uniform_number(key, 1)));
      sum += found.z;
      squares += found.z * found.z;
    }
  const double n = static_cast<double>(randomized.size());
  const auto ks = against_uniform(std::move(randomized));
  std::printf("%.0f other keys: z has mean %.3f, deviation %.3f; randomised p-values uniform: KS p %.3f %s\n", n,
              sum / n, std::sqrt(squares / n - sum * sum / n / n), ks.p, word(ks.p > 1e-4));

  std::size_t same = 0, kept = 0, lost = 0;
  double z = 0, z_again = 0;
  for (const Written& text : texts) {
    const Ids ids(text.tokens.begin() + static_cast<std::ptrdiff_t>(text.prompt_length), text.tokens.end());
    const Tokens again = model.encode(model.decode(ids), Special::parse);
    same += again.ids() == ids;
    std::multiset<Token> left(again.begin(), again.end());
    for (const Token token : ids) {
      const auto at = left.find(token);
      (at == left.end() ? lost : kept) += 1;
      if (at != left.end()) left.erase(at);
    }
    const WatermarkDetector detector(options.scheme(text.key, model.config().d_vocab));
    z += detector.detect(ids).z;
    z_again += detector.detect(again).z;
  }
  const double texts_count = static_cast<double>(texts.size());
  std::printf(
      "decoded and encoded again: %zu of %zu texts have the same tokens, %.2f %% of tokens are others; without the "
      "prompt z %.2f "
      "before, %.2f after\n",
      same, texts.size(), 100. * static_cast<double>(lost) / static_cast<double>(kept + lost), z / texts_count,
      z_again / texts_count);
}

// What a step costs beside the model's.
void costs(const Model& model) {
  heading("Time of the stage");
  constexpr std::size_t gpt2_vocab = 50257;
  const Ids history{1, 2, 3, 4};
  for (const NamedScheme& named : schemes()) {
    const Watermark stage(named.options.scheme(1, gpt2_vocab), 2);
    std::vector<float> logits(gpt2_vocab);
    double best = 1e9;
    for (int i = 0; i != 20; ++i) {
      const auto start = std::chrono::steady_clock::now();
      stage(logits, {.position = 4, .history = history, .prompt_length = 4});
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::printf("%s: %.2f ms a step of 50,257 tokens\n", named.name.c_str(), 1e3 * best);
  }
  const GenerateOptions options{.max_new_tokens = length, .threads = 1};
  const Ids prompt = model.prompt("Once upon a time").ids();
  const Prompt one{prompt};
  const auto speed = generate(model, std::span(&one, 1), options, Sampler(), OnToken{}).tokens_per_second();
  std::printf("the default model, 4,096 tokens: %.2f ms a token on one thread\n", 1e3 / speed);
}

int run(int argc, char** argv) {
  const bool whole = argc > 3;
  const Model model = load<dynamic_gpt2>(argv[1]);
  const auto prompts = read_prompts(model, argv[2]);
  constexpr std::size_t gpt2_vocab = 50257;
  std::vector<Family> families{{"random", [](std::uint64_t i) { return random_text(length, i, gpt2_vocab); }},
                               {"period 5, 10 or 20", [](std::uint64_t i) {
                                  return periodic_text(std::array<std::size_t, 3>{5, 10, 20}[i % 3], i, gpt2_vocab);
                                }}};
  Ids corpus;
  if (whole) {
    corpus = tokens_of(argv[3]);
    std::printf("natural: pieces of %zu tokens of corpora/*.txt\n", corpus.size());
    families.push_back({"natural", [&](std::uint64_t i) {
                          const auto at = static_cast<std::ptrdiff_t>(i * length * 7 % (corpus.size() - length));
                          return Ids(corpus.begin() + at, corpus.begin() + at + length);
                        }});
  }
  false_positives(families, whole ? 100'000 / 3 + 1 : 300, gpt2_vocab);
  detections(model, prompts, whole ? 400 : 8, whole);
  wrong_keys(model, prompts, whole ? 100 : 8);
  costs(model);
  return all_held ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) throw Error("usage: watermark MODEL STORIES.txt [DATA]");
  return run(argc, argv);
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
