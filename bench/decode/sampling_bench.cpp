// What a token costs beside the model: each stage alone, the obvious versions of top-k and top-p, whole pipelines.
// 50,257 logits like GPT-2's: a broad normal below -90 and a few tokens that stand out; 1,024 tokens of history. Every
// time includes the copy that restores the logits, which is measured first.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <tl/core/philox.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/sampler.hpp>
#include <vector>

namespace {

constexpr std::size_t d_vocab = 50257;

std::vector<float> drawn_logits() {
  std::vector<float> logits(d_vocab);
  tl::fill_normal(logits, 2.2, {1, 0}, 0, tl::Purpose::data);
  for (float& logit : logits) logit -= 100;
  for (std::size_t i = 0; i != 30; ++i) logits[7 + 1500 * i] += 12 - 0.3f * static_cast<float>(i);
  return logits;
}

std::vector<tl::Token> drawn_history() {
  std::vector<tl::Token> tokens(1024);
  for (std::size_t i = 0; i != tokens.size(); ++i)
    tokens[i] = static_cast<tl::Token>(tl::uniform({1, 1}, 0, tl::Purpose::data, i) * d_vocab);
  return tokens;
}

// Stages return nothing, draws and pipelines a token.
template <class Part>
void run(benchmark::State& state, const Part& part) {
  const auto raw = drawn_logits();
  const auto history = drawn_history();
  auto logits = raw;
  tl::StepContext context{.position = history.size(), .history = history, .prompt_length = 10};
  for (auto _ : state) {
    std::ranges::copy(raw, logits.begin());
    if constexpr (tl::LogitStage<Part>) part(logits, context);
    else benchmark::DoNotOptimize(part(logits, context, tl::RandomKey{1, 0}));
    benchmark::ClobberMemory();
    context.position ^= 1;
  }
}

struct Nothing {
  static constexpr auto kind = tl::StageKind::adjusts_logits;
  void operator()(std::span<float>, const tl::StepContext&) const {}
};

// The obvious top-k: a copy, nth_element, a threshold.
struct TopKByNthElement {
  static constexpr auto kind = tl::StageKind::truncates;
  std::size_t k;
  void operator()(std::span<float> logits, const tl::StepContext&) const {
    std::vector<float> copy(logits.begin(), logits.end());
    std::nth_element(copy.begin(), copy.begin() + static_cast<std::ptrdiff_t>(k - 1), copy.end(), std::greater<>());
    for (float& logit : logits) logit = logit < copy[k - 1] ? tl::removed_logit : logit;
  }
};

// The obvious top-p: the whole vocabulary sorted.
struct TopPBySort {
  static constexpr auto kind = tl::StageKind::truncates;
  double p;
  void operator()(std::span<float> logits, const tl::StepContext&) const {
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
    std::vector<double> weights;
    for (const std::size_t token : order) weights.push_back(std::exp(logits[token] - logits[order[0]]));
    double left = p * std::accumulate(weights.begin(), weights.end(), 0.0);
    for (std::size_t i = 0; i != order.size(); ++i) {
      if (left <= 0) logits[order[i]] = tl::removed_logit;
      left -= weights[i];
    }
  }
};

#define MEASURE(name, ...) BENCHMARK_CAPTURE(run, name, __VA_ARGS__)->Unit(benchmark::kMicrosecond)

MEASURE(copy_alone, Nothing{});
MEASURE(repetition_penalty, tl::RepetitionPenalty{1.1});
MEASURE(frequency_penalty, tl::FrequencyPenalty{0.1});
MEASURE(temperature, tl::Temperature{0.8});
MEASURE(top_k_40, tl::TopK{40});
MEASURE(top_k_40_nth_element, TopKByNthElement{40});
MEASURE(top_k_5000, tl::TopK{5000});
MEASURE(top_k_5000_nth_element, TopKByNthElement{5000});
MEASURE(top_p_0_9, tl::TopP{0.9});
MEASURE(top_p_0_9_sort, TopPBySort{0.9});
MEASURE(top_p_0_999, tl::TopP{0.999});
MEASURE(top_p_0_999_sort, TopPBySort{0.999});
MEASURE(min_p_0_05, tl::MinP{0.05});
MEASURE(greedy, tl::Pipeline{tl::Greedy{}});
MEASURE(multinomial, tl::Pipeline{tl::Multinomial{}});
MEASURE(temperature_top_p, tl::Pipeline{tl::Temperature{0.8}, tl::TopP{0.95}, tl::Multinomial{}});
MEASURE(all_stages, tl::Pipeline{tl::LogitBias{{{5, -1.0f}}}, tl::RepetitionPenalty{1.1}, tl::FrequencyPenalty{0.1},
                                 tl::PresencePenalty{0.1}, tl::Temperature{0.8}, tl::TopK{200}, tl::TopP{0.95},
                                 tl::MinP{0.02}, tl::Multinomial{}});
MEASURE(all_stages_at_run_time, tl::Sampler{{.temperature = 0.8,
                                             .top_k = 200,
                                             .top_p = 0.95,
                                             .min_p = 0.02,
                                             .repetition_penalty = 1.1,
                                             .frequency_penalty = 0.1,
                                             .presence_penalty = 0.1,
                                             .logit_bias = {{5, -1.0f}}}});

}  // namespace

BENCHMARK_MAIN();
