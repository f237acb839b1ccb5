// The linear layers of GPT-2 small in every storage type, and what n rows cost of one row's time.
#include <map>
#include <tl/core/tensor.hpp>
#include <tl/kernels/linear.hpp>

#include "best_time.hpp"

namespace {

namespace kernels = tl::kernels;

// As many numbers of any kind as were asked for, the same memory every time.
const void* numbers(std::size_t bytes) {
  static tl::AlignedMemory<std::uint32_t> memory;
  static std::size_t size = 0;
  if (bytes > size) {
    memory = tl::allocate<std::uint32_t>(bytes / 4 + 1);
    for (std::size_t i = 0; i <= bytes / 4; ++i) memory[i] = 0x3c003c00 + static_cast<std::uint32_t>(i % 1021);
    size = bytes;
  }
  return memory.get();
}

template <class S>
kernels::PackedMatrix<S> weights(const void* panels, std::size_t k, std::size_t n) {
  static const std::vector<float> scale(50257, 1e-3f);
  return {static_cast<const S*>(panels), k, n, scale.data()};
}

// x [rows, 3072], y, bias and scratch of any layer.
struct Rows {
  tl::Tensor<float, tl::Dim<"x">> x, y, scratch;
  std::vector<float> bias = std::vector<float>(50257);

  Rows(std::size_t rows, std::size_t n)
      : x(rows * 3072), y(rows * std::max<std::size_t>(n, 3072)), scratch(rows * (3072 + 2)) {
    for (std::size_t i = 0; i != x.size(); ++i) x.data()[i] = static_cast<float>(i % 509) * 1e-2f - 2.5f;
  }
  // Input and product.
  template <class S>
  void multiply(std::size_t rows, const kernels::PackedMatrix<S>& w, int threads) {
    const auto input = kernels::linear_input(x.data(), w.k, rows, w, scratch.data(), threads);
    kernels::linear(input, w, bias.data(), {y.data(), w.n}, {}, threads);
  }
};

// Every pass goes over as many matrices as take 256 MiB, so that weights come from memory, as they do while a model
// runs.
template <class S>
void linear(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0)), n = static_cast<std::size_t>(state.range(1));
  const auto rows = static_cast<std::size_t>(state.range(2));
  const std::size_t size = kernels::packed_size<S>(k, n), all = (256 << 20) / sizeof(S);
  const std::size_t matrices = rows > 16 ? 1 : std::max<std::size_t>(all / size, 1);
  const auto* panels = static_cast<const S*>(numbers(std::max(all, size) * sizeof(S)));
  Rows buffers(rows, n);
  const int threads = bench::threads();
  const double products = static_cast<double>(k * n * matrices);
  bench::run<S>(state, 2. * static_cast<double>(rows) * products, sizeof(S) * products, [&] {
    for (std::size_t m = 0; m != matrices; ++m) buffers.multiply(rows, weights<S>(panels + m * size, k, n), threads);
  });
}

void shapes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"K", "N", "rows"})
      ->ArgsProduct({{768}, {768, 2304, 3072, 50257}, {1, 4, 16, 64, 512}})
      ->ArgsProduct({{3072}, {768}, {1, 4, 16, 64, 512}})
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}
BENCHMARK_TEMPLATE(linear, float)->Apply(shapes);
BENCHMARK_TEMPLATE(linear, tl::bf16)->Apply(shapes);
BENCHMARK_TEMPLATE(linear, tl::int8)->Apply(shapes);

// t(n) / t(1): n rows through the linear layers of all twelve blocks, whose weights are read from memory once.
template <class S>
void rows_against_one(benchmark::State& state) {
  static std::map<int, double> one_row;  // by threads
  const auto rows = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t shapes[][2] = {{768, 2304}, {768, 768}, {768, 3072}, {3072, 768}}, layers = 12;
  constexpr std::size_t per_layer = 768 * (2304 + 768 + 3072 + 3072);
  const auto* panels = static_cast<const S*>(numbers(layers * per_layer * sizeof(S)));
  Rows buffers(rows, 3072);
  const int threads = bench::threads();
  constexpr double products = layers * per_layer;
  double best = 1e30;
  bench::run<S>(state, 2. * static_cast<double>(rows) * products, sizeof(S) * products, [&] {
    const double start = bench::seconds();
    const S* matrix = panels;
    for (std::size_t layer = 0; layer != layers; ++layer)
      for (const auto& [k, n] : shapes) {
        buffers.multiply(rows, weights<S>(matrix, k, n), threads);
        matrix += kernels::packed_size<S>(k, n);
      }
    best = std::min(best, bench::seconds() - start);
  });
  if (rows == 1) one_row[threads] = best;
  if (one_row.contains(threads)) state.counters["t(n)/t(1)"] = best / one_row[threads];
}

void row_counts(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgName("rows")->Unit(benchmark::kMillisecond)->UseRealTime();
  for (const int rows : {1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 256, 512, 1024}) benchmark->Arg(rows);
}
BENCHMARK_TEMPLATE(rows_against_one, float)->Apply(row_counts);
BENCHMARK_TEMPLATE(rows_against_one, tl::bf16)->Apply(row_counts);
BENCHMARK_TEMPLATE(rows_against_one, tl::int8)->Apply(row_counts);

}  // namespace
