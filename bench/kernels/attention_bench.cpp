// Attention with the heads of GPT-2 small: prompts of 64 to 1,024, 64 rows after 960 others, one row after 1,023, four
// rows of a draft after 1,020.
#include <tl/core/tensor.hpp>
#include <tl/kernels/attention.hpp>

#include "best_time.hpp"

namespace {

namespace kernels = tl::kernels;

void attention(benchmark::State& state) {
  constexpr std::size_t n_head = 12, d_head = 64, width = n_head * d_head;
  const auto rows = static_cast<std::size_t>(state.range(0)), before = static_cast<std::size_t>(state.range(1));
  const std::size_t slots = before + rows, per_layer = (slots + 15) / 16;
  // Caches of as many layers as take 128 MiB, one after the other, as a model reads them.
  const std::size_t block = kernels::block_size(n_head, d_head);
  const std::size_t layers = std::max<std::size_t>(1, rows > 16 ? 1 : (32 << 20) / (block * per_layer));
  tl::Tensor<float, tl::Dim<"cache">> cache(block * per_layer * layers), q(rows * width), z(rows * width);
  for (std::size_t i = 0; i != cache.size(); ++i) cache.data()[i] = static_cast<float>(i % 1021) * 1e-3f - .5f;
  for (std::size_t i = 0; i != q.size(); ++i) q.data()[i] = static_cast<float>(i % 509) * 1e-2f - 2.5f;
  std::vector<float*> blocks;
  for (std::size_t b = 0; b != per_layer * layers; ++b) blocks.push_back(cache.data() + b * block);
  std::vector<kernels::Span> spans;
  std::vector<std::uint32_t> first_span{0}, length;
  double keys = 0;
  for (std::size_t r = 0; r != rows; ++r) {
    spans.push_back({0, static_cast<std::uint32_t>(before + r + 1)});
    first_span.push_back(static_cast<std::uint32_t>(r + 1));
    length.push_back(spans.back().count);
    keys += length.back();
  }
  const int threads = bench::threads();
  tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::attention_scratch(slots, threads));
  const double flops = 4. * width * keys * static_cast<double>(layers);
  const double bytes = 8. * static_cast<double>(width * slots * layers);
  bench::run(state, flops, bytes, [&] {
    for (std::size_t layer = 0; layer != layers; ++layer)
      kernels::attention(q.data(), {rows, first_span.data(), spans.data(), length.data(), nullptr},
                         {blocks.data() + layer * per_layer, 0, n_head, d_head}, z.data(), scratch.data(), threads);
  });
}

BENCHMARK(attention)
    ->ArgNames({"rows", "before"})
    ->Args({64, 0})
    ->Args({512, 0})
    ->Args({1024, 0})
    ->Args({64, 960})
    ->Args({1, 1023})
    ->Args({4, 1020})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
