#pragma once
// Generated text that is held to a language. The language is an automaton over bytes, so that a token is judged by its
// bytes, wherever it is cut: one may end a word and begin the next, or hold half of a character.
#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/decode/stage.hpp>
#include <tl/text/tokenizer.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// A small value that is copied for every token looked at. push() says whether a text of the language can go on so; from
// every state that it accepts some text must end. may_end() says whether the text may end here.
template <class A>
concept ByteAutomaton = std::copyable<A> && requires(A& automaton, const A& state, char byte) {
  { automaton.push(byte) } -> std::same_as<bool>;
  { state.may_end() } -> std::same_as<bool>;
};

// A stage that removes every token with which the generated text could no longer become one of the language. It may
// end, by `end` (the EOS), where the language says so; no other special token is left.
template <ByteAutomaton Automaton>
class Constraint {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error where `end` is no token of the tokenizer.
  Constraint(Tokenizer tokenizer, Automaton start, Token end)
      : tokenizer_(std::move(tokenizer)), start_(std::move(start)), end_(end) {
    if (end < 0 || static_cast<std::size_t>(end) >= tokenizer_.vocabulary_size())
      throw Error("the token that ends a constrained text is ", end, ", and the tokenizer has ",
                  tokenizer_.vocabulary_size(), " tokens");
    by_first_byte_.resize(256);
    for (std::size_t id = 0; id != tokenizer_.vocabulary_size(); ++id) {
      const auto token = static_cast<Token>(id);
      const std::string_view bytes = tokenizer_.token_bytes(token);
      if (!bytes.empty() && is_text(token)) by_first_byte_[static_cast<unsigned char>(bytes[0])].push_back(token);
    }
  }

  // Throws Error where the text so far is not of the language: another stage or a hand has written it.
  void operator()(std::span<float> logits, const StepContext& context) const {
    Automaton state = start_;
    for (const Token token : context.generated())
      if (!is_text(token) || !accepts(state, tokenizer_.token_bytes(token)))
        throw Error("the text before position ", context.position, " is not of the constraint's language: token ",
                    token, " cannot stand there");
    std::vector<bool> allowed(logits.size(), false);
    for (int byte = 0; byte != 256; ++byte) {
      Automaton first = state;
      if (!first.push(static_cast<char>(byte))) continue;
      for (const Token token : by_first_byte_[static_cast<std::size_t>(byte)]) {
        Automaton after = first;
        if (static_cast<std::size_t>(token) < allowed.size() && accepts(after, tokenizer_.token_bytes(token).substr(1)))
          allowed[static_cast<std::size_t>(token)] = true;
      }
    }
    if (state.may_end() && static_cast<std::size_t>(end_) < allowed.size())
      allowed[static_cast<std::size_t>(end_)] = true;
    for (std::size_t id = 0; id != logits.size(); ++id)
      if (!allowed[id]) logits[id] = removed_logit;
  }

 private:
  static bool accepts(Automaton& state, std::string_view bytes) {
    for (const char byte : bytes)
      if (!state.push(byte)) return false;
    return true;
  }
  bool is_text(Token token) const {
    return token >= 0 && static_cast<std::size_t>(token) < tokenizer_.vocabulary_size() &&
           std::ranges::count(tokenizer_.special_tokens(), token) == 0;
  }

  Tokenizer tokenizer_;
  Automaton start_;
  Token end_;
  std::vector<std::vector<Token>> by_first_byte_;
};

}  // namespace TL_NAMESPACE
