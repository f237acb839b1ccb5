// What speculation gives, greedy: the prompts of prompts.txt, one after another, each continued by generate() and by
// speculate() in turn, so that a ratio is of one run; texts that differ are an error. A text whose tokens lie for at
// least half in a loop, of period 12 at most, counts as looping, the others beside it.
//   tokens/step   committed tokens, bonus included, by passes after the prefill
//   speedup       seconds of generate() by those of speculate(), after the prefill; cpu_speedup: processor time
//   t(n)          a pass of a tree of n rows by one of a row
#include <benchmark/benchmark.h>
#include <tl/decode/load.hpp>
#include <tl/model/first_layers.hpp>
#include <tl/model/random_source.hpp>
#include <tl/speculation/model_draft.hpp>
#include <tl/speculation/prompt_lookup.hpp>
#include <tl/speculation/speculate.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace {

// The share of tokens within stretches that repeat themselves, three rounds at least, with a period of 12 at most.
double looping(const std::vector<tl::Token>& text) {
  std::vector<bool> in_loop(text.size());
  for (std::size_t period = 1; period <= 12; ++period)
    for (std::size_t i = period, run = 0; i < text.size(); ++i) {
      run = text[i] == text[i - period] ? run + 1 : 0;
      if (run >= 2 * period)
        std::fill_n(in_loop.begin() + static_cast<std::ptrdiff_t>(i - run - period + 1), run + period, true);
    }
  return static_cast<double>(std::ranges::count(in_loop, true)) / static_cast<double>(text.size());
}

std::vector<std::string> prompts() {
  std::ifstream file(TL_SOURCE_DIR "/bench/speculation/prompts.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

struct Side {
  double seconds = 0, cpu = 0;
  std::size_t tokens = 0, steps = 0, texts = 0;
};
struct Sums {
  Side vanilla, speculated;
};

// Continues each prompt both ways; sums of looping texts and of others.
template <class Model, class Draft>
std::array<Sums, 2> compare(benchmark::State& state, const Model& model,
                            const std::vector<std::vector<tl::Token>>& inputs, Draft& draft, std::size_t most,
                            std::vector<tl::Token> stop_tokens) {
  std::array<Sums, 2> sums{};
  const tl::GenerateOptions options{
      .max_new_tokens = most, .sampling = {.temperature = 0}, .stop_tokens = std::move(stop_tokens)};
  const tl::Sampler pick(options.sampling);
  for (const auto& tokens : inputs) {
    const tl::Prompt one{tokens};
    const double start = processor_seconds();
    const auto vanilla = tl::generate(model, std::span(&one, 1), options, pick, tl::OnToken{});
    const double between = processor_seconds();
    const auto speculated =
        tl::speculate(model, std::span(&one, 1), draft, tl::Match{}, {options, true}, pick, tl::OnToken{}, {});
    const double end = processor_seconds();
    if (vanilla.texts[0].tokens != speculated.texts[0].tokens) state.SkipWithError("speculation changed a text");
    Sums& sum = sums[looping(vanilla.texts[0].tokens) >= 0.5 ? 0 : 1];
    const auto add = [&](Side& side, const auto& generation, double cpu) {
      side.seconds += generation.decode_seconds, side.cpu += cpu, ++side.texts;
      side.tokens += generation.texts[0].tokens.size() - 1, side.steps += generation.forward_passes - 1;
    };
    add(sum.vanilla, vanilla, between - start);
    add(sum.speculated, speculated, end - between);
  }
  return sums;
}

void report(benchmark::State& state, const std::array<Sums, 2>& sums) {
  for (const std::size_t i : {0u, 1u}) {
    const Sums& sum = sums[i];
    if (sum.vanilla.texts == 0) continue;
    const auto name = [&](const char* what) { return std::string(i == 0 ? "loop_" : "other_") + what; };
    state.counters[name("texts")] = static_cast<double>(sum.vanilla.texts);
    state.counters[name("tokens/step")] =
        static_cast<double>(sum.speculated.tokens) / static_cast<double>(sum.speculated.steps);
    state.counters[name("speedup")] = sum.vanilla.seconds / sum.speculated.seconds;
    state.counters[name("cpu_speedup")] = sum.vanilla.cpu / sum.speculated.cpu;
  }
}

// t(n) behind a past of 100: the least of some passes, in turns.
template <class Model>
void pass_costs(benchmark::State& state, const Model& model) {
  auto session = model.session();
  session.extend(session.open(100), std::vector<tl::Token>(100, 7));
  const std::vector<std::size_t> sizes{1, 2, 4, 8, 16, 32};
  std::vector<double> least(sizes.size(), 1e9);
  for (int round = 0; round != 12; ++round)
    for (std::size_t i = 0; i != sizes.size(); ++i) {
      std::vector<tl::TreeNode> nodes;
      for (std::size_t n = 0; n != sizes[i]; ++n) nodes.push_back({5, static_cast<std::ptrdiff_t>(n) - 1});
      const auto start = std::chrono::steady_clock::now();
      session.tree(0, nodes);
      least[i] = std::min(least[i], std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
  for (std::size_t i = 0; i != sizes.size(); ++i)
    state.counters["t(" + std::to_string(sizes[i]) + ")"] = least[i] / least[0];
}

const tl::LanguageModel<tl::dynamic_gpt2>& default_model() {
  static const auto model = tl::load<tl::dynamic_gpt2>(TL_SOURCE_DIR "/models/tinystories-6l");
  return model;
}
std::vector<std::vector<tl::Token>> default_inputs() {
  std::vector<std::vector<tl::Token>> inputs;
  for (const std::string& prompt : prompts()) inputs.push_back(default_model().prompt(prompt).ids());
  return inputs;
}

// Until the context is full or the EOS comes.
template <class Draft>
void of_default(benchmark::State& state, Draft draft) {
  const auto inputs = default_inputs();
  const tl::Gpt2<tl::dynamic_gpt2>& network = default_model();
  for (auto _ : state) report(state, compare(state, network, inputs, draft, 512, {*default_model().tokenizer().eos()}));
  pass_costs(state, network);
}
void default_lookup(benchmark::State& state) { of_default(state, tl::PromptLookup()); }
void default_first_layers(benchmark::State& state) {
  const tl::Gpt2<tl::dynamic_gpt2>& network = default_model();
  of_default(state, tl::model_draft<tl::Deterministic>(tl::first_layers(network, 2),
                                                       tl::ConfidentGrowth({.size = 8, .depth = 4}), {.head = 1024}));
}
// The EOS is a token like another: texts go on until the context is full.
void default_until_full(benchmark::State& state) {
  const auto inputs = default_inputs();
  const tl::Gpt2<tl::dynamic_gpt2>& network = default_model();
  tl::PromptLookup draft;
  for (auto _ : state) report(state, compare(state, network, inputs, draft, 512, {}));
}

// GPT-2 small's shape, random weights: what such a network says goes in circles soon.
void gpt2_small_lookup(benchmark::State& state) {
  tl::RandomSource source(1);
  const tl::Gpt2<tl::gpt2_small> model(source);
  std::vector<std::vector<tl::Token>> inputs;
  for (std::size_t i = 0; i != 3; ++i) {
    inputs.emplace_back();
    for (std::size_t t = 0; t != 40; ++t)
      inputs.back().push_back(static_cast<tl::Token>((i * 977 + t % 8 * 7919) % 50257));
  }
  tl::PromptLookup draft;
  for (auto _ : state) report(state, compare(state, model, inputs, draft, 64, {}));
  pass_costs(state, model);
}

BENCHMARK(default_lookup)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(default_first_layers)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(default_until_full)->Iterations(1)->Unit(benchmark::kSecond);
BENCHMARK(gpt2_small_lookup)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace
