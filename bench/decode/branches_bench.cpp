// Eight branches of one past at once, against the same one after another, on GPT-2 small with random weights, which
// runs as the real one does. Both find the past of 64 positions computed and draw 24 tokens a branch; they take turns,
// and the medians are compared. `speedup` is the time of the one by that of the other.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <span>
#include <tl/decode/generate.hpp>
#include <tl/model/random_source.hpp>
#include <vector>

namespace {

const tl::Gpt2<tl::gpt2_small>& model() {
  static const tl::Gpt2<tl::gpt2_small> one = [] {
    tl::RandomSource source(1);
    return tl::Gpt2<tl::gpt2_small>(source);
  }();
  return one;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

void branches(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t past = 64, length = 24;
  std::vector<std::vector<tl::Token>> texts(count);
  std::vector<tl::Prompt> prompts;
  for (std::size_t i = 0; i != count; ++i) {
    for (std::size_t p = 0; p != past; ++p) texts[i].push_back(static_cast<tl::Token>(p * 7919 % 50257));
    texts[i].push_back(static_cast<tl::Token>(i));
    prompts.push_back({texts[i], i});
  }
  const tl::GenerateOptions options{.max_new_tokens = length};
  const tl::Sampler sampler;
  std::vector<double> together, in_turn, together_cpu, in_turn_cpu;
  const auto measure = [&](std::size_t at_once, std::vector<double>& wall, std::vector<double>& processor) {
    auto session = model().session();
    session.extend(session.open(past), std::span(texts[0]).first(past), tl::Need::past);
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t started = std::clock();
    for (std::size_t i = 0; i != count; i += at_once)
      tl::continue_prompts(session, std::span(prompts).subspan(i, at_once), options, sampler, {},
                           tl::CachedBeginning{0, past});
    wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    processor.push_back(static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC);
  };
  for (auto _ : state) {
    measure(count, together, together_cpu);
    measure(1, in_turn, in_turn_cpu);
  }
  state.counters["together_s"] = median(together);
  state.counters["in_turn_s"] = median(in_turn);
  state.counters["speedup"] = median(in_turn) / median(together);
  state.counters["cpu_speedup"] = median(in_turn_cpu) / median(together_cpu);
}
BENCHMARK(branches)->ArgName("branches")->Arg(8)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
