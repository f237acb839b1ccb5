// What lies between the matrix products, for 512 rows of GPT-2 small; shares of the read bandwidth count bytes read and
// written (above 1 where they stay in the cache).
#include <tl/core/tensor.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/layer_norm.hpp>
#include <tl/kernels/softmax.hpp>

#include "best_time.hpp"

namespace {

namespace kernels = tl::kernels;

constexpr std::size_t rows = 512;

template <class Kernel>
void bench_rows(benchmark::State& state, std::size_t d, const Kernel& kernel) {
  tl::Tensor<float, tl::Dim<"x">> x(rows * d), y(rows * d), w(d);
  for (std::size_t i = 0; i != x.size(); ++i) x.data()[i] = static_cast<float>(i % 1021) * 1e-2f - 5;
  const int threads = bench::threads();
  bench::run(state, 0, 8. * static_cast<double>(rows * d), [&] { kernel(x.data(), w.data(), y.data(), d, threads); });
}

void gelu_tanh(benchmark::State& state) {
  bench_rows(state, 3072,
             [](auto* x, auto*, auto* y, std::size_t d, int threads) { kernels::gelu_tanh(x, y, rows * d, threads); });
}
void gelu_exact(benchmark::State& state) {
  bench_rows(state, 3072,
             [](auto* x, auto*, auto* y, std::size_t d, int threads) { kernels::gelu_exact(x, y, rows * d, threads); });
}
void layer_norm(benchmark::State& state) {
  bench_rows(state, 768, [](auto* x, auto* w, auto* y, std::size_t d, int threads) {
    kernels::layer_norm(x, w, w, rows, d, 1e-5f, y, threads);
  });
}
void softmax(benchmark::State& state) {
  bench_rows(state, 50257,
             [](auto* x, auto*, auto* y, std::size_t d, int threads) { kernels::softmax(x, rows, d, y, threads); });
}
void log_sum_exp(benchmark::State& state) {
  bench_rows(state, 50257,
             [](auto* x, auto*, auto* y, std::size_t d, int threads) { kernels::log_sum_exp(x, rows, d, y, threads); });
}

BENCHMARK(gelu_tanh)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(gelu_exact)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(layer_norm)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(softmax)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(log_sum_exp)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
