// Patching grids of GPT-2 small over a prompt of 15 tokens, of which all but the first differ: every cell is computed
// as far as it differs from the corrupted run. FLOPs are those that are needed (interp/sweep_cost.hpp).
#include <benchmark/benchmark.h>

#include <tl/interp/patching.hpp>
#include <tl/model/random_source.hpp>

#include "../kernels/best_time.hpp"

namespace {

constexpr const tl::Config& config = tl::gpt2_small;
constexpr std::size_t length = 15;

const tl::Gpt2<config>& model() {
  static const tl::Gpt2<config> one = [] {
    tl::RandomSource source(1);
    return tl::Gpt2<config>(source);
  }();
  return one;
}

tl::PatchTask task() {
  tl::PatchTask made{{}, {}, tl::logit_difference(100, 200)};
  for (std::size_t i = 0; i != length; ++i) {
    made.clean.push_back(static_cast<tl::Token>(i * 7919 % config.d_vocab));
    made.corrupted.push_back(static_cast<tl::Token>(i * 7907 % config.d_vocab));
  }
  return made;
}

template <class Grid>
void grid(benchmark::State& state, const Grid& get, double flops) {
  model();  // not timed
  const tl::PatchTask one = task();
  bench::run(state, flops, 0, [&] { benchmark::DoNotOptimize(get(model(), one, tl::RunOptions{bench::threads()})); });
}

void resid_pre(benchmark::State& state) {
  double flops = 0;
  for (std::size_t layer = 0; layer != config.n_layer; ++layer)
    for (std::size_t p = 1; p != length; ++p) flops += tl::cell_flops(config, layer, p, length);
  grid(state, tl::get_act_patch_resid_pre, flops);
}
double all_positions() {
  double flops = 0;
  for (std::size_t layer = 0; layer != config.n_layer; ++layer)
    flops += static_cast<double>(config.n_head) * tl::cell_flops(config, layer, 1, length);
  return flops;
}
void heads(benchmark::State& state) { grid(state, tl::get_act_patch_attn_head_out_all_pos, all_positions()); }
void every_head(benchmark::State& state) {
  grid(state, tl::get_act_patch_attn_head_all_pos_every, 5 * all_positions());
}

BENCHMARK(resid_pre)->Name("resid_pre/12x15")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(heads)->Name("attn_head_out_all_pos/12x12")->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(every_head)->Name("attn_head_all_pos_every/5x12x12")->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
