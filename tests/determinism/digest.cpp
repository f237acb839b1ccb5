// Prints a digest of the bits of every kernel and of a model over fixed data, for the instruction set in use (TL_ARCH
// chooses it).
//   digest        one line a kernel or activation
//   digest sets   the instruction sets that this machine and build have
#include <cstdint>
#include <cstring>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/tensor.hpp>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/embed.hpp>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/layer_norm.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/softmax.hpp>
#include <tl/model/gpt2.hpp>
#include <tl/model/random_source.hpp>
#include <vector>

namespace kernels = tl::kernels;

namespace {

constexpr int threads = 2;
// Widths that no vector length divides.
constexpr std::size_t rows = 37, k = 301, n = 173;

using Buffer = tl::Tensor<float, tl::Dim<"element">>;

// Numbers in [-1, 1) from a linear congruential generator (Knuth's MMIX constants).
Buffer numbers(std::size_t count, std::uint64_t seed) {
  Buffer buffer(count);
  std::uint64_t state = seed;
  for (float& value : buffer.values()) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<float>(static_cast<std::int32_t>(state >> 32)) * 0x1p-31f;
  }
  return buffer;
}

// FNV-1a over the bits.
void print(std::string_view kernel, std::span<const float> values) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const float value : values) {
    std::uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    for (int byte = 0; byte != 4; ++byte) hash = (hash ^ (bits >> 8 * byte & 0xff)) * 0x100000001b3u;
  }
  std::cout << kernels::name(kernels::instruction_set()) << ' ' << kernel << ' ' << std::hex << hash << std::dec
            << '\n';
}

template <class S>
void linear_layers() {
  const auto name = [](std::string_view kernel) {
    return std::string(kernel) + ' ' + std::string(tl::storage_name<S>);
  };
  const Buffer w = numbers(k * n, 1), bias = numbers(n, 2), x = numbers(rows * k, 3);
  Buffer panels(kernels::packed_size<S>(k, n) * sizeof(S) / sizeof(float)), scale(n), y(rows * n);
  kernels::pack(w.data(), n, 1, k, n, reinterpret_cast<S*>(panels.data()), scale.data(), threads);
  const kernels::PackedMatrix<S> packed{reinterpret_cast<const S*>(panels.data()), k, n, scale.data()};
  print(name("packed"), panels.values());

  Buffer scratch(kernels::linear_scratch<S>(rows, packed.depth()));
  const auto input = kernels::linear_input(x.data(), k, rows, packed, scratch.data(), threads);
  kernels::linear(input, packed, bias.data(), {y.data(), n}, {}, threads);
  print(name("linear"), y.values());
  kernels::linear(input, packed, nullptr, {y.data(), n, kernels::Epilogue::gelu_tanh}, {}, threads);
  print(name("linear_gelu"), y.values());

  std::vector<tl::Token> tokens;
  for (std::size_t row = 0; row != rows; ++row) tokens.push_back(static_cast<tl::Token>(row * 29 % n));
  Buffer embedded(rows * k);
  kernels::embed(packed, tokens.data(), rows, embedded.data(), threads);
  print(name("embed"), embedded.values());
}

void row_kernels() {
  const Buffer x = numbers(rows * k, 4), w = numbers(k, 5), b = numbers(k, 6);
  Buffer y(rows * k), scale(rows);
  kernels::layer_norm(x.data(), w.data(), b.data(), rows, k, 1e-5f, y.data(), threads);
  print("layer_norm", y.values());
  kernels::layer_norm_scale(x.data(), rows, k, 1e-5f, scale.data(), threads);
  print("layer_norm_scale", scale.values());
  kernels::softmax(x.data(), rows, k, y.data(), threads);
  print("softmax", y.values());
  kernels::log_sum_exp(x.data(), rows, k, scale.data(), threads);
  print("log_sum_exp", scale.values());
  kernels::gelu_tanh(x.data(), y.data(), x.size(), threads);
  print("gelu_tanh", y.values());
  kernels::gelu_exact(x.data(), y.data(), x.size(), threads);
  print("gelu_exact", y.values());
  kernels::add_scaled(0.3f, x.data(), y.data(), x.size(), threads);
  print("add_scaled", y.values());
}

// One sequence of `rows` positions whose blocks lie in order; row r sees slots 0 .. r.
void attention() {
  constexpr std::size_t n_head = 3, d_head = 24, blocks = (rows + kernels::block_slots - 1) / kernels::block_slots;
  const Buffer q = numbers(rows * n_head * d_head, 7), keys = numbers(rows * n_head * d_head, 8),
               values = numbers(rows * n_head * d_head, 9);
  Buffer cache(blocks * kernels::block_size(n_head, d_head)), z(rows * n_head * d_head);
  std::vector<float*> block;
  for (std::size_t i = 0; i != blocks; ++i) block.push_back(cache.data() + i * kernels::block_size(n_head, d_head));
  const kernels::KeyValues key_values{block.data(), 0, n_head, d_head};

  std::vector<std::uint32_t> slot, first_span{0}, length;
  std::vector<kernels::Span> spans;
  std::vector<std::size_t> first_score{0};
  for (std::uint32_t row = 0; row != rows; ++row) {
    slot.push_back(row);
    spans.push_back({0, row + 1});
    first_span.push_back(row + 1);
    length.push_back(row + 1);
    first_score.push_back(first_score.back() + n_head * (row + 1));
  }
  const kernels::Pasts pasts{rows, first_span.data(), spans.data(), length.data(), first_score.data()};
  kernels::store_key_values(keys.data(), values.data(), slot.data(), rows, key_values, threads);

  Buffer scratch(kernels::attention_scratch(rows, threads)), scores(first_score.back());
  kernels::attention(q.data(), pasts, key_values, z.data(), scratch.data(), threads);
  print("attention", z.values());
  kernels::attention_scores(q.data(), pasts, key_values, scores.data(), threads);
  print("attention_scores", scores.values());
  kernels::attention_softmax(pasts, n_head, scores.data(), threads);
  print("attention_softmax", scores.values());
  kernels::attention_mix(scores.data(), pasts, key_values, z.data(), threads);
  print("attention_mix", z.values());
}

// A model whose text is compiled here, not in the library, and the weights drawn for it.
void model() {
  static constexpr tl::Config config{
      .n_layer = 2, .n_head = 3, .d_model = 51, .d_head = 17, .d_mlp = 101, .n_ctx = 64, .d_vocab = n};
  Buffer drawn(n * config.d_model);
  const std::size_t shape[] = {n, config.d_model};
  tl::RandomSource(10).read("wte.weight", shape, drawn.data());
  print("random_weights", drawn.values());

  tl::RandomSource source(10, 0.3f);
  const tl::Gpt2<config> gpt2(source);
  std::vector<tl::Token> tokens;
  for (int pos = 0; pos != 33; ++pos) tokens.push_back(pos * 31 % static_cast<int>(n));
  const auto run =
      gpt2.run(tokens, tl::capture<"blocks.*.hook_resid_post">(), tl::capture<"blocks.*.attn.hook_result">(),
               tl::capture<"ln_final.hook_out">(), tl::capture<"logits">());
  run.for_each([](const std::string& name, auto view) { print(name, view.values()); });
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc == 2 && argv[1] == std::string_view("sets")) {
    for (const auto set : kernels::available_instruction_sets()) std::cout << kernels::name(set) << '\n';
    return 0;
  }
  linear_layers<float>();
  linear_layers<tl::bf16>();
  linear_layers<tl::int8>();
  row_kernels();
  attention();
  model();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
