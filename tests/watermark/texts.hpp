#pragma once
// Texts without a model: random ones, and some that a watermark was written into.
#include <cstddef>
#include <cstdint>
#include <tl/core/philox.hpp>
#include <tl/decode/sampler.hpp>
#include <tl/watermark/watermark.hpp>
#include <vector>

namespace texts {

using Tokens = std::vector<tl::Token>;

inline Tokens random(std::size_t length, std::uint64_t seed, tl::Token d_vocab = 4096) {
  Tokens tokens;
  for (std::size_t i = 0; i != length; ++i)
    tokens.push_back(
        static_cast<tl::Token>(tl::uniform({seed, 0}, i, tl::Purpose::test, 0) * static_cast<double>(d_vocab)));
  return tokens;
}

inline Tokens periodic(std::size_t length, std::size_t period, std::uint64_t seed) {
  Tokens tokens = random(period, seed);
  for (std::size_t i = period; i < length; ++i) tokens.push_back(tokens[i - period]);
  return tokens;
}

// Draws from all tokens alike, as far as the watermark lets it.
template <class Scheme>
Tokens watermarked(const Scheme& scheme, double delta, std::size_t length, std::uint64_t seed,
                   std::size_t d_vocab = 256) {
  Tokens tokens = random(4, seed, static_cast<tl::Token>(d_vocab));
  const tl::SamplingOptions options{.first_stage = tl::Watermark{scheme, delta}};
  const tl::Sampler sample(options);
  while (tokens.size() != length + 4) {
    std::vector<float> logits(d_vocab, 0);
    const std::size_t position = tokens.size();
    tokens.push_back(sample(logits, {.position = position, .history = tokens, .prompt_length = 4}, {.seed = seed}));
  }
  return tokens;
}

}  // namespace texts
