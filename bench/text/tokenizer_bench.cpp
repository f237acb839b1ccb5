// Encoding and decoding, one thread. TL_BENCH_TEXT names a UTF-8 text file and TL_BENCH_TOKENIZER a folder with a
// tokenizer; without them a text is drawn from the words of the default model, and GPT-2's tokenizer encodes it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <tl/text/tokenizer.hpp>
#include <vector>

namespace {
const std::string root = TL_SOURCE_DIR;

std::string setting(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : otherwise;
}

// A megabyte of words in Zipf's proportions (a word's id stands for its rank), with some punctuation and lines.
std::string drawn_text() {
  const auto words = tl::Tokenizer::load(root + "/models/tinystories-6l");
  std::vector<std::string> choices;
  std::vector<double> weights;
  for (tl::Token token = 0; token != static_cast<tl::Token>(words.vocabulary_size()); ++token) {
    const std::string_view bytes = words.token_bytes(token);
    if (bytes.size() < 2 || bytes[0] != ' ') continue;
    choices.emplace_back(bytes);
    weights.push_back(1.0 / (10.0 + static_cast<double>(choices.size())));
  }
  std::mt19937 random(1);
  std::discrete_distribution<std::size_t> word(weights.begin(), weights.end());
  std::string text;
  while (text.size() < 1000000) {
    text += choices[word(random)];
    const auto mark = random() % 100;
    text += mark < 8 ? "." : mark < 14 ? "," : mark < 15 ? ".\n\n" : mark < 16 ? "\u2019s" : "";
  }
  return text;
}

std::string read_text() {
  const std::string path = setting("TL_BENCH_TEXT", "");
  if (path.empty()) return drawn_text();
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Subject {
  std::string text = read_text();
  tl::Tokenizer tokenizer = tl::Tokenizer::load(setting("TL_BENCH_TOKENIZER", root + "/tests/data/tokenizer/gpt2"));
  tl::Tokens tokens = tokenizer.encode(text);
};
const Subject& subject() {
  static const Subject one;
  return one;
}

// The peak that shares refer to: bytes a second at which this thread can read the text at all, adding up its words.
double read_rate() {
  static const double rate = [] {
    const std::string& text = subject().text;
    using Clock = std::chrono::steady_clock;
    double best = 0;
    for (int repeat = 0; repeat != 20; ++repeat) {
      const auto start = Clock::now();
      std::uint64_t sum = 0, word;
      for (std::size_t at = 0; at + 8 <= text.size(); at += 8) {
        std::memcpy(&word, text.data() + at, 8);
        sum += word;
      }
      benchmark::DoNotOptimize(sum);
      best = std::max(best,
                      static_cast<double>(text.size()) / std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
  }();
  return rate;
}

void report(benchmark::State& state, std::clock_t start) {
  const double bytes = static_cast<double>(subject().text.size()) * static_cast<double>(state.iterations());
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  state.counters["MB/s"] = bytes / 1e6 / seconds;
  state.counters["%_of_read"] = 100 * bytes / seconds / read_rate();
  state.counters["tokens"] = static_cast<double>(subject().tokens.size());
}

void encode_whole(benchmark::State& state) {
  const std::clock_t start = std::clock();
  for (auto _ : state) benchmark::DoNotOptimize(subject().tokenizer.encode(subject().text));
  report(state, start);
}

void encode_lines(benchmark::State& state) {
  const std::clock_t start = std::clock();
  for (auto _ : state) {
    for (std::string_view rest = subject().text; !rest.empty();) {
      const std::size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      benchmark::DoNotOptimize(subject().tokenizer.encode(rest.substr(0, end)));
      rest.remove_prefix(end);
    }
  }
  report(state, start);
}

void decode_whole(benchmark::State& state) {
  const std::clock_t start = std::clock();
  for (auto _ : state) benchmark::DoNotOptimize(subject().tokenizer.decode(subject().tokens));
  report(state, start);
}

// One word that only merging can cut, a megabyte long.
void encode_one_letter(benchmark::State& state) {
  const std::string text(1000000, 'a');
  for (auto _ : state) benchmark::DoNotOptimize(subject().tokenizer.encode(text));
  state.counters["letters"] = static_cast<double>(text.size());
}

void load(benchmark::State& state) {
  const std::string folder = setting("TL_BENCH_TOKENIZER", root + "/tests/data/tokenizer/gpt2");
  for (auto _ : state) benchmark::DoNotOptimize(tl::Tokenizer::load(folder));
}

BENCHMARK(encode_whole)->Unit(benchmark::kMillisecond);
BENCHMARK(encode_lines)->Unit(benchmark::kMillisecond);
BENCHMARK(decode_whole)->Unit(benchmark::kMillisecond);
BENCHMARK(encode_one_letter)->Unit(benchmark::kMillisecond);
BENCHMARK(load)->Unit(benchmark::kMillisecond);
}  // namespace

int main(int argc, char** argv) {
  try {
    benchmark::Initialize(&argc, argv);
    benchmark::AddCustomContext("text", std::to_string(subject().text.size()) + " bytes");
    benchmark::AddCustomContext("%_of_read",
                                "100 * bytes encoded a second / bytes this thread reads a second from the same text (" +
                                    std::to_string(static_cast<long>(read_rate() / 1e6)) + " MB/s)");
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
