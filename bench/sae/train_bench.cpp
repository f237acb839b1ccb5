// A step of training, GPT-2 small's width, 6,144 features, 4,096 rows: loss, gradients and Adam. `items_per_second` are
// rows. standard is measured as it begins, half of the features active, and as it is later, 32 of a row.
#include <benchmark/benchmark.h>

#include <random>
#include <tl/sae/sae_loss.hpp>
#include <tl/train/adam.hpp>

#include "../kernels/best_time.hpp"

namespace {

void step(benchmark::State& state, tl::SaeObjectiveKind kind, float bias) {
  constexpr std::size_t rows = 4096;
  const tl::SaeObjective objective{.kind = kind};
  const tl::SaeConfig config{.architecture = objective.architecture(), .d_in = 768, .d_sae = 6144, .d_out = 768};
  std::mt19937 bits(1);
  std::normal_distribution<float> draw;
  auto parameters = tl::SaeParameters::of(config, tl::SaeWeights::zeros(config));
  for (float& w : parameters.W_dec) w = .1f * draw(bits) / 27.7f;  // rows of norm .1
  parameters.W_enc = parameters.W_dec;
  std::fill(parameters.b_enc.begin(), parameters.b_enc.end(), bias);
  std::fill(parameters.threshold.begin(), parameters.threshold.end(), -bias);
  std::vector<float> x(rows * config.d_in);
  for (float& value : x) value = draw(bits);
  auto gradients = parameters.zeros();
  const int threads = bench::threads();
  tl::SaeLoss loss(config, objective, threads);
  tl::Adam adam;
  std::vector<tl::TrainedTensor> tensors;
  for (std::size_t t = 0; t != tl::SaeParameters::names.size(); ++t)
    tensors.push_back({*parameters.tensors()[t], *gradients.tensors()[t]});
  tl::SaeLosses losses;
  for (auto _ : state) {
    losses = loss(parameters, {x.data(), rows}, .1f, gradients);
    adam.step(tensors, 0, 1, threads);  // the weights stay as they are
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(rows));
  state.counters["L0"] = losses.l0;
}

using Kind = tl::SaeObjectiveKind;
#define STEP(name, kind, bias) BENCHMARK_CAPTURE(step, name, kind, bias)->Unit(benchmark::kMillisecond)->UseRealTime()
STEP(topk, Kind::topk, 0);
STEP(batchtopk, Kind::batchtopk, 0);
STEP(jumprelu, Kind::jumprelu, -.25f);
STEP(standard_half_active, Kind::standard, 0);
STEP(standard_few_active, Kind::standard, -.255f);

}  // namespace
