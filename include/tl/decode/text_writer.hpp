#pragma once
// The text of tokens as they are drawn, up to a stop string: what is certain of it, and what may yet turn out to be a
// character or a stop string.
#include <cstddef>
#include <optional>
#include <string>
#include <tl/decode/stop.hpp>
#include <tl/text/streaming_decoder.hpp>
#include <tl/text/tokenizer.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

class TextWriter {
 public:
  // Of a model without a tokenizer there is no text. Throws Error where a stop string is empty.
  TextWriter(const std::optional<Tokenizer>& tokenizer, std::vector<std::string> stop_strings)
      : vocabulary_(tokenizer ? tokenizer->vocabulary_size() : 0), stop_(std::move(stop_strings)) {
    if (tokenizer) decoder_.emplace(*tokenizer);
  }

  // Returns what is new of the text. A token that a model has and no tokenizer knows is no text.
  std::string push(Token token) {
    return static_cast<std::size_t>(token) < vocabulary_ ? keep(stop_.push(decoder_->push(token))) : std::string();
  }
  // The end: what was held back.
  std::string finish() {
    const std::string held = decoder_ ? stop_.push(decoder_->finish()) : std::string();
    return keep(held + stop_.finish());
  }
  // A stop string was completed; it and what follows are not part of the text.
  bool stopped() const { return stop_.stopped(); }
  const std::string& text() const { return text_; }

 private:
  std::string keep(std::string piece) {
    text_ += piece;
    return piece;
  }

  std::size_t vocabulary_;
  std::optional<StreamingDecoder> decoder_;
  StopStrings stop_;
  std::string text_;
};

}  // namespace TL_NAMESPACE
