#pragma once
// What a stage and a draw are told beside the logits: which token is being decided, after which text. There is no key
// of random numbers in it, so that shaping logits is a function of them and the text alone.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>

namespace TL_NAMESPACE {

struct StepContext {
  std::size_t position = 0;          // that the token drawn will have
  std::span<const Token> history{};  // prompt and generated tokens, oldest first
  std::size_t prompt_length = 0;     // the first tokens of history; the others were generated

  constexpr std::span<const Token> generated() const {
    return history.subspan(std::min(prompt_length, history.size()));
  }
};

}  // namespace TL_NAMESPACE
