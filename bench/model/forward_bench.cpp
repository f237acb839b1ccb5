// GPT-2 small with random weights, which runs as the real one does: prefill of 1, 64 and 512 tokens, decoding one token
// and sixteen at once, and what watching costs. Shares are of the machine's peak (roofline.hpp):
//   FLOPs = 2 rows (n_layer (4 d_model^2 + 2 d_model d_mlp) + d_model d_vocab) + 4 d_model n_layer (keys seen by all
//   rows) bytes = the packed weights, read once a forward pass
#include <benchmark/benchmark.h>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/hooks/steer.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/model/random_source.hpp>

#include "../kernels/best_time.hpp"

namespace {

using Model = tl::Gpt2<tl::gpt2_small>;

const Model& model() {
  static const Model one = [] {
    tl::RandomSource source(1);
    return Model(source);
  }();
  return one;
}

std::vector<tl::Token> tokens(std::size_t n) {
  std::vector<tl::Token> list(n);
  for (std::size_t i = 0; i != n; ++i) list[i] = static_cast<tl::Token>(i * 7919 % tl::gpt2_small.d_vocab);
  return list;
}

double flops(std::size_t rows, std::size_t logit_rows, std::size_t past) {
  const auto& c = tl::gpt2_small;
  const double layers = static_cast<double>(c.n_layer * (4 * c.d_model * c.d_model + 2 * c.d_model * c.d_mlp));
  const double keys = static_cast<double>(rows) * (static_cast<double>(past) + static_cast<double>(rows + 1) / 2);
  return 2 * static_cast<double>(rows) * layers + 2 * static_cast<double>(logit_rows * c.d_model * c.d_vocab) +
         4 * static_cast<double>(c.d_model * c.n_layer) * keys;
}

// A forward over a whole prompt, in a session whose memory is there already.
template <class... Policies>
void prefill(benchmark::State& state, tl::Need need, Policies&&... policies) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto prompt = tokens(n);
  auto session = model().session({bench::threads()}, std::forward<Policies>(policies)...);
  session.extend(session.open(n), prompt, need);
  bench::run(state, flops(n, need == tl::Need::all_logits ? n : 1, 0), static_cast<double>(model().weights().bytes()),
             [&] {
               session.rewind(0, 0);
               session.extend(0, prompt, need);
             });
  state.counters["tokens/s"] =
      benchmark::Counter(static_cast<double>(n) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void all_logits(benchmark::State& state) { prefill(state, tl::Need::all_logits); }
void last_logits(benchmark::State& state) { prefill(state, tl::Need::last_logits); }

// One observer of every point that TransformerLens caches by default, which does nothing: what it costs to be asked.
void watched(benchmark::State& state) {
  tl::DynamicHooks hooks;
  for (const tl::PointInfo& point : tl::points)
    if (point.shape != tl::PointShape::head_d_model && point.point != tl::Point::mlp_in)
      hooks.observe((point.in_block ? "blocks.*." : "") + std::string(point.name), [](const auto&, const auto&) {});
  prefill(state, tl::Need::all_logits, hooks);
}

// One more token for each of several sequences, after 32.
template <class... Policies>
void decode_with(benchmark::State& state, Policies&&... policies) {
  const auto sequences = static_cast<std::size_t>(state.range(0));
  const auto prompt = tokens(32);
  auto session = model().session({bench::threads()}, std::forward<Policies>(policies)...);
  std::vector<tl::Extension> prompts, next;
  for (std::size_t i = 0; i != sequences; ++i) {
    prompts.push_back({session.open(32), prompt});
    next.push_back({i, std::span(prompt).first(1)});
  }
  session.extend(prompts);
  bench::run(state, flops(sequences, sequences, 32), static_cast<double>(model().weights().bytes()), [&] {
    session.extend(next);
    for (std::size_t i = 0; i != sequences; ++i) session.rewind(i, 32);
  });
  state.counters["tokens/s"] =
      benchmark::Counter(static_cast<double>(sequences) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void decode(benchmark::State& state) { decode_with(state); }
void decode_steered(benchmark::State& state) {
  using D = tl::Dims<tl::gpt2_small>;
  tl::Direction<"blocks.6.hook_resid_post", tl::Basis::raw, D::d_model> v{tl::Tensor<float, D::d_model>()};
  v.vector(7) = 1;
  decode_with(state, tl::steer(v, 1.f).where(tl::not_first));
}

BENCHMARK(all_logits)->ArgName("tokens")->Arg(1)->Arg(64)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(last_logits)->ArgName("tokens")->Arg(64)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(watched)->ArgName("tokens")->Arg(64)->Arg(512)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(decode)->ArgName("sequences")->Arg(1)->Arg(16)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(decode_steered)->ArgName("sequences")->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
