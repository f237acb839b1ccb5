#pragma once
// What a stage and a draw are told beside the logits: which token is being decided, after which text.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>

namespace TL_NAMESPACE {

struct StepContext {
  std::uint64_t seed = 0, stream = 0;  // of the sequence's random numbers; two sequences of a run differ in stream
  std::size_t position = 0;            // that the token drawn will have
  std::span<const Token> history{};    // prompt and generated tokens, oldest first
  std::size_t prompt_length = 0;       // the first tokens of history; the others were generated

  constexpr RandomKey key() const { return {seed, stream}; }
  constexpr std::span<const Token> generated() const {
    return history.subspan(std::min(prompt_length, history.size()));
  }
};

}  // namespace TL_NAMESPACE
