#include <tl/text/streaming_decoder.hpp>

#include <random>
#include <tl/core/error.hpp>

#include "../catch.hpp"
#include "small_vocabulary.hpp"

using tl::StreamingDecoder;
using tl::Token;
using tl::Tokenizer;

namespace {
const Tokenizer bytes = Tokenizer::from_strings(small_vocabulary().dump(), "");

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  for (const char c : text) tokens.push_back(static_cast<unsigned char>(c));
  return tokens;
}
}  // namespace

TEST_CASE("a character comes with its last byte") {
  StreamingDecoder decoder(bytes);
  REQUIRE(decoder.push('a') == "a");
  REQUIRE(decoder.push(0xF0) == "");
  REQUIRE(decoder.push(0x9F) == "");
  REQUIRE(decoder.push(0x99) == "");
  REQUIRE(decoder.push(0x82) == "\U0001F642");
  REQUIRE(decoder.finish() == "");
}

TEST_CASE("what can no longer become a character is given out at once, what never does at the end") {
  StreamingDecoder decoder(bytes);
  REQUIRE(decoder.push(0xE4) == "");
  REQUIRE(decoder.push('b') == "\uFFFDb");
  REQUIRE(decoder.push(0x80) == "\uFFFD");
  REQUIRE(decoder.push(0xE4) == "");
  REQUIRE(decoder.push(0xB8) == "");
  REQUIRE(decoder.finish() == "\uFFFD");
  REQUIRE(decoder.finish() == "");
  REQUIRE(decoder.push('c') == "c");
}

TEST_CASE("a bad id changes nothing") {
  StreamingDecoder decoder(bytes);
  decoder.push(0xC3);
  REQUIRE_THROWS_AS(decoder.push(256), tl::Error);
  REQUIRE(decoder.push(0xA9) == "\u00E9");
}

TEST_CASE("the pieces together are the whole, for text and for random bytes") {
  const Tokenizer model = Tokenizer::load(std::string(TL_SOURCE_DIR) + "/models/tinystories-6l");
  std::mt19937 random(5);
  const auto compare = [](const Tokenizer& tokenizer, const std::vector<Token>& tokens) {
    StreamingDecoder decoder(tokenizer);
    std::string text;
    for (const Token token : tokens) {
      const std::string piece = decoder.push(token);
      REQUIRE(tl::text::first_invalid_utf8(piece) == piece.size());
      text += piece;
    }
    REQUIRE(text + decoder.finish() == tokenizer.decode(tokens));
  };
  const std::vector<Token> text = tokens_of("na\u00EFve \u4E2D\u6587 \U0001F642!");
  for (std::size_t end = 0; end <= text.size(); ++end)
    compare(bytes, {text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end)});
  for (int round = 0; round != 3000; ++round) {
    std::vector<Token> tokens(random() % 20);
    const bool high = round % 2 == 0;  // bytes 80..FF: mostly beginnings and ends of characters
    for (Token& token : tokens) token = static_cast<Token>(high ? 0x80 + random() % 0x80 : random() % 4096);
    compare(high ? bytes : model, tokens);
  }
}
