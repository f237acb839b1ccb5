// The linear layers of GPT-2 small. Every pass goes over as many matrices as take 256 MiB, so that weights come from
// memory, as they do while a model runs.
#include <tl/core/tensor.hpp>
#include <tl/kernels/linear.hpp>

#include "best_time.hpp"

namespace {

namespace kernels = tl::kernels;

void linear(benchmark::State& state) {
  const auto k = static_cast<std::size_t>(state.range(0)), n = static_cast<std::size_t>(state.range(1));
  const auto rows = static_cast<std::size_t>(state.range(2));
  const std::size_t size = kernels::packed_size(k, n), wanted = rows > 16 ? 1 : (64 << 20) / size;
  const std::size_t matrices = std::max<std::size_t>(wanted, 1);
  tl::Tensor<float, tl::Dim<"weights">> panels(size * matrices), x(rows * k), y(rows * n), bias(n);
  for (std::size_t i = 0; i != panels.size(); ++i) panels.data()[i] = static_cast<float>(i % 1021) * 1e-3f - .5f;
  for (std::size_t i = 0; i != x.size(); ++i) x.data()[i] = static_cast<float>(i % 509) * 1e-2f - 2.5f;
  const int threads = bench::threads();
  const double flops = 2. * static_cast<double>(rows * k * n * matrices);
  const double bytes = 4. * static_cast<double>(k * n * matrices);
  bench::run(state, flops, bytes, [&] {
    for (std::size_t m = 0; m != matrices; ++m)
      kernels::linear(x.data(), k, rows, {panels.data() + m * size, k, n}, bias.data(), y.data(), n, threads);
  });
}

BENCHMARK(linear)
    ->ArgNames({"K", "N", "rows"})
    ->ArgsProduct({{768}, {768, 2304, 3072, 50257}, {1, 4, 16, 64, 512}})
    ->ArgsProduct({{3072}, {768}, {1, 4, 16, 64, 512}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
