#pragma once
// Models of odd shapes with random weights, for tests: no vector length divides their widths.
#include <cstring>
#include <tl/model/gpt2.hpp>
#include <tl/model/random_source.hpp>
#include <vector>

inline constexpr tl::Config odd{
    .n_layer = 3, .n_head = 3, .d_model = 51, .d_head = 17, .d_mlp = 131, .n_ctx = 90, .d_vocab = 207};
inline constexpr tl::Config attention_only{.n_layer = 2,
                                           .n_head = 2,
                                           .d_model = 24,
                                           .d_head = 12,
                                           .d_mlp = 0,
                                           .n_ctx = 40,
                                           .d_vocab = 50,
                                           .norm = tl::Norm::none};
// Wide enough that two threads have work, and that a product takes several blocks of K.
inline constexpr tl::Config wide{
    .n_layer = 2, .n_head = 5, .d_model = 450, .d_head = 90, .d_mlp = 1801, .n_ctx = 80, .d_vocab = 611};

template <tl::Config C, tl::StorageType S = float>
tl::Gpt2<C, S> random_model(const tl::Config& config = C, std::uint64_t seed = 1, float deviation = 0.2f) {
  tl::RandomSource source(seed, deviation);
  return tl::Gpt2<C, S>(source, config);
}

// Some tokens of a vocabulary, the same each time.
inline std::vector<tl::Token> some_tokens(std::size_t n, const tl::Config& config, std::size_t seed = 7) {
  std::vector<tl::Token> tokens;
  for (std::size_t i = 0; i != n; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    tokens.push_back(static_cast<tl::Token>((seed >> 33) % config.d_vocab));
  }
  return tokens;
}

template <class A, class B>
bool same_bits(const A& a, const B& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// The rows of a view of logits, copied.
template <class View>
std::vector<float> values_of(const View& view) {
  return {view.data(), view.data() + view.size()};
}
