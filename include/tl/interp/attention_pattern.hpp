#pragma once
// What a kind of head is expected to attend to: a weight for a query and a key, 1 where it attends and 0 elsewhere, or
// anything between.
#include <cstddef>
#include <functional>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>

namespace TL_NAMESPACE {

// Positions of the query and the key (never behind it) and the tokens of the prompt. Any callable is one.
using AttentionPattern = std::function<float(std::size_t query, std::size_t key, std::span<const Token> tokens)>;

// The three of TransformerLens' head_detector: the token before,
inline float previous_token(std::size_t query, std::size_t key, std::span<const Token>) { return key + 1 == query; }
// earlier tokens like the query's,
inline float duplicate_token(std::size_t query, std::size_t key, std::span<const Token> tokens) {
  return key < query && tokens[key] == tokens[query];
}
// and tokens that follow one like the query's.
inline float token_after_duplicate(std::size_t query, std::size_t key, std::span<const Token> tokens) {
  return key != 0 && tokens[key - 1] == tokens[query];
}

}  // namespace TL_NAMESPACE
