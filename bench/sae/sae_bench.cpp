// An SAE of GPT-2 small's width, 24,576 features, 1,024 rows: encoding against the peak of the multiply-adds that it
// is, decoding of 32 features a row against the memory that it reads.
#include <random>
#include <tl/sae/dynamic_sae.hpp>

#include "../kernels/best_time.hpp"

namespace {

constexpr std::size_t d_in = 768, d_sae = 24576;

tl::AlignedVector<float> normal(std::size_t n, float scale) {
  static std::mt19937 bits(1);
  std::normal_distribution<float> draw(0, scale);
  tl::AlignedVector<float> x(n);
  for (float& value : x) value = draw(bits);
  return x;
}

// Rows of the decoder have norm 1, as after training; W_enc is its transpose. A bias lets about 32 features be active.
template <class S>
tl::DynamicSae<S> random_sae(tl::SaeArchitecture architecture) {
  static const auto W_enc = normal(d_in * d_sae, 0.0361f), W_dec = normal(d_in * d_sae, 0.0361f);
  const tl::SaeConfig config{.architecture = architecture, .d_in = d_in, .d_sae = d_sae, .d_out = d_in, .k = 32};
  tl::SaeWeights weights = tl::SaeWeights::zeros(config);
  weights.W_enc = W_enc;
  weights.W_dec = W_dec;
  for (float& b : weights.b_enc) b = architecture == tl::SaeArchitecture::topk ? 0 : -3.f;
  for (float& threshold : weights.threshold) threshold = 0.f;
  return {config, weights};
}

template <class S, tl::SaeArchitecture Architecture>
void encode(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  const auto sae = random_sae<S>(Architecture);
  const auto x = normal(rows * d_in, 1);
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
  const auto x = normal(rows * d_in, 1);
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
