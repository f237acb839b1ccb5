#pragma once
// Attacks on what a reader sees.
#include <concepts>
#include <string>
#include <string_view>
#include <tl/attack/attack.hpp>
#include <tl/text/tokenizer.hpp>
#include <utility>

namespace TL_NAMESPACE {

// As an Attack, of a text that is UTF-8.
template <class A>
concept TextAttack = requires(const A& attack, std::string_view text, RandomKey key) {
  { attack(text, key) } -> std::same_as<std::string>;
};

// The text as it is: a detector that is given text instead of tokens attacks it so.
struct DecodeEncode {
  std::string operator()(std::string_view text, RandomKey) const { return std::string(text); }
};

// An Attack made of one on text: tokens are decoded, and what comes of the text is encoded. Tokens that end within a
// character become other ones, and so do those that the tokenizer would have merged.
template <TextAttack A>
class ThroughText {
 public:
  ThroughText(Tokenizer tokenizer, A attack) : tokenizer_(std::move(tokenizer)), attack_(std::move(attack)) {}

  std::vector<Token> operator()(const AttackedText& text, RandomKey key) const {
    return tokenizer_.encode(attack_(tokenizer_.decode(text.tokens), key)).ids();
  }

 private:
  Tokenizer tokenizer_;
  A attack_;
};

}  // namespace TL_NAMESPACE
