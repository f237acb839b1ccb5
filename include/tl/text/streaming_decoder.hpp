#pragma once
// Text from tokens as they come: a character is given out when its last byte has come.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <tl/text/tokenizer.hpp>
#include <tl/text/utf8.hpp>
#include <utility>

namespace TL_NAMESPACE {

// The pieces, put together, are what Tokenizer::decode gives for all the tokens at once.
class StreamingDecoder {
 public:
  explicit StreamingDecoder(Tokenizer tokenizer) : tokenizer_(std::move(tokenizer)) {}

  // The text that is complete with this token: always UTF-8, often empty within a character. Bytes that can no longer
  // become a character are given out as U+FFFD. Throws on an id out of range and is then as it was before.
  std::string push(Token token) {
    held_ += tokenizer_.token_bytes(token);
    std::string out;
    held_.erase(0, held_.size() - text::append_utf8(out, held_).size());
    return out;
  }

  // The end: U+FFFD for a character that is still incomplete, else nothing. The decoder is then as new.
  std::string finish() {
    return std::exchange(held_, {}).empty() ? std::string() : std::string(text::replacement_character);
  }

 private:
  Tokenizer tokenizer_;
  std::string held_;  // at most three bytes: the beginning of a character
};

}  // namespace TL_NAMESPACE
