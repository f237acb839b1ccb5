// What a node of a token tree costs beside the models: its children, and its verification where none of four is
// accepted, the dearest case. 50,257 logits of a broad normal; the picker of the rules is temperature 0.9. Times
// include the copy that restores the logits; vanilla sampling stands beside.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <tl/core/philox.hpp>
#include <tl/decode/pipeline.hpp>
#include <tl/decode/temperature.hpp>
#include <tl/speculation/match.hpp>
#include <tl/speculation/rejection.hpp>
#include <vector>

namespace {

constexpr std::size_t d_vocab = 50257, children = 4;
const tl::Pipeline pick{tl::Temperature{0.9}, tl::Multinomial{}};

std::vector<float> drawn_logits(std::uint64_t stream) {
  std::vector<float> logits(d_vocab);
  tl::fill_normal(logits, 2.2, {1, stream}, 0, tl::Purpose::data);
  return logits;
}

void vanilla(benchmark::State& state) {
  const auto raw = drawn_logits(0);
  auto logits = raw;
  for (auto _ : state) {
    std::ranges::copy(raw, logits.begin());
    benchmark::DoNotOptimize(pick(logits, {.position = 1}));
  }
}
BENCHMARK(vanilla)->Unit(benchmark::kMicrosecond);

template <class P>
void expand(benchmark::State& state) {
  const auto q = drawn_logits(1);
  tl::TokenTree<P> tree;
  for (auto _ : state) {
    tree.begin(0, 0, {1, 0});
    benchmark::DoNotOptimize(tree.expand(0, q, children));
  }
}
BENCHMARK(expand<tl::SampledWithoutReplacement>)->Unit(benchmark::kMicrosecond);
BENCHMARK(expand<tl::SampledIndependently>)->Unit(benchmark::kMicrosecond);
BENCHMARK(expand<tl::Deterministic>)->Unit(benchmark::kMicrosecond);

template <class P, class Rule>
void verify(benchmark::State& state) {
  auto raw = drawn_logits(0);
  tl::TokenTree<P> tree;
  tree.begin(0, 0, {1, 0});
  tree.expand(0, drawn_logits(1), children);
  for (const std::size_t child : tree.children(0)) raw[static_cast<std::size_t>(tree.token(child))] -= 60;
  auto logits = raw;
  Rule rule;
  for (auto _ : state) {
    std::ranges::copy(raw, logits.begin());
    benchmark::DoNotOptimize(rule(tree, 0, std::span(logits), pick, {.position = 1}, {}));
  }
}
BENCHMARK(verify<tl::SampledWithoutReplacement, tl::Rejection<tl::SampledWithoutReplacement>>)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(verify<tl::SampledIndependently, tl::Rejection<tl::SampledIndependently>>)->Unit(benchmark::kMicrosecond);
BENCHMARK(verify<tl::Deterministic, tl::Rejection<tl::Deterministic>>)->Unit(benchmark::kMicrosecond);
BENCHMARK(verify<tl::Deterministic, tl::Match>)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
