// What bf16 and int8 cost in quality: the default model's loss, and how often its likeliest next token is float32's, on
// the text TL_BENCH_TEXT (tests/apps/stories.txt where it is not set) in windows of its whole context.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <tl/decode/load.hpp>

namespace {

struct Read {
  double loss = 0;
  std::vector<tl::Token> likeliest;
};

template <tl::StorageType S>
Read read_text() {
  const auto model = tl::load<tl::tinystories_6l, S>(TL_SOURCE_DIR "/models/tinystories-6l");
  const char* const path = std::getenv("TL_BENCH_TEXT");
  std::ifstream file(path ? path : TL_SOURCE_DIR "/tests/apps/stories.txt");
  std::stringstream text;
  text << file.rdbuf();
  const tl::Tokens tokens = model.encode(text.str(), tl::Special::parse);
  const std::size_t window = tl::tinystories_6l.n_ctx;
  Read result;
  std::size_t predicted = 0;
  for (std::size_t first = 0; first + 2 <= tokens.size(); first += window) {
    const auto part = std::span<const tl::Token>(tokens).subspan(first, std::min(window, tokens.size() - first));
    for (const float log_prob : model.log_probs(part).values()) result.loss -= double{log_prob};
    predicted += part.size() - 1;
    for (const tl::TokenLogProb& top : model.likeliest(part, 1).values()) result.likeliest.push_back(top.token);
  }
  result.loss /= static_cast<double>(predicted);
  return result;
}

template <tl::StorageType S>
void precision(benchmark::State& state) {
  static const Read exact = read_text<float>();
  for (auto _ : state) {
    const Read read = read_text<S>();
    std::size_t same = 0;
    for (std::size_t i = 0; i != read.likeliest.size(); ++i) same += read.likeliest[i] == exact.likeliest[i];
    state.counters["loss"] = read.loss;
    state.counters["loss_change_%"] = 100 * (read.loss / exact.loss - 1);
    state.counters["top1_%"] = 100 * static_cast<double>(same) / static_cast<double>(read.likeliest.size());
    state.counters["tokens"] = static_cast<double>(read.likeliest.size());
  }
}
BENCHMARK_TEMPLATE(precision, float)->Name("precision/float32")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(precision, tl::bf16)->Name("precision/bfloat16")->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(precision, tl::int8)->Name("precision/int8")->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
