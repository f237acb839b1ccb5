// An SAE of GPT-2 small's width, 24,576 features, 1,024 rows: encoding against the peak of the multiply-adds that it
// is, decoding of 32 features a row against the memory that it reads.
#include <tl/sae/dynamic_sae.hpp>

#include "../kernels/best_time.hpp"
#include "random_sae.hpp"

namespace {

constexpr std::size_t d_in = 768, d_sae = 24576;

template <class S>
tl::DynamicSae<S> random_sae(tl::SaeArchitecture architecture) {
  tl::SaeConfig config{.architecture = architecture, .k = 32};
  const tl::SaeWeights weights = bench::random_sae_weights(config, d_in, d_sae);
  return {config, weights};
}

template <class S, tl::SaeArchitecture Architecture>
void encode(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto sae = random_sae<S>(Architecture);
  const auto x = bench::normal(rows * d_in, 1);
  std::size_t entries = 0;
  const double products = static_cast<double>(d_in * d_sae);
  bench::run<S>(state, 2. * static_cast<double>(rows) * products, sizeof(S) * products, [&] {
    entries = sae.encode({x.data(), rows, d_in}, {bench::threads()}).features.entries();
  });
  state.counters["L0"] = static_cast<double>(entries) / static_cast<double>(rows);
}

template <class S>
void decode(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto sae = random_sae<S>(tl::SaeArchitecture::topk);
  const auto x = bench::normal(rows * d_in, 1);
  const tl::Encoded encoded = sae.encode({x.data(), rows, d_in});
  std::vector<float> out(rows * d_in);
  const auto entries = static_cast<double>(encoded.features.entries());
  bench::run<float>(state, 2. * entries * d_in, sizeof(S) * entries * d_in,
                    [&] { sae.decode(encoded, out.data(), {bench::threads()}); });
}

void row_counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("rows")->Arg(1)->Arg(16)->Arg(1024)->Unit(benchmark::kMillisecond)->UseRealTime();
}
using enum tl::SaeArchitecture;
BENCHMARK_TEMPLATE(encode, float, standard)->Apply(row_counts);
BENCHMARK_TEMPLATE(encode, float, topk)->Apply(row_counts);
BENCHMARK_TEMPLATE(encode, tl::bf16, standard)->Apply(row_counts);
BENCHMARK_TEMPLATE(encode, tl::bf16, topk)->Apply(row_counts);
BENCHMARK_TEMPLATE(decode, float)->Apply(row_counts);
BENCHMARK_TEMPLATE(decode, tl::bf16)->Apply(row_counts);

}  // namespace
BENCHMARK_MAIN();
