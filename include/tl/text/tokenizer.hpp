#pragma once
// The byte-level BPE tokenizer of the GPT-2 family (Radford et al. 2019, "Language Models are Unsupervised Multitask
// Learners", section 2.2; Sennrich et al. 2016 for the merges).
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <tl/text/tokens.hpp>
#include <utility>

namespace TL_NAMESPACE {

// What the text of a special token, "<|endoftext|>", is taken for: text like any other, or the token.
enum class Special { text, parse };

// A value that shares its tables: copies are cheap, and any number of threads may use one.
class Tokenizer {
 public:
  // From a folder with vocab.json and merges.txt, or tokenizer.json (see text/vocabulary.hpp), or from their contents.
  // Throws Error, naming the file and what is wrong with it.
  static Tokenizer load(const std::string& folder);
  static Tokenizer from_strings(std::string_view vocab_json, std::string_view merges_txt);
  static Tokenizer from_tokenizer_json(std::string_view tokenizer_json);

  // The tokens of the text; never adds a BOS. With Special::parse special tokens are recognised anywhere, the leftmost
  // first, of several that begin there the longest. Throws on invalid UTF-8, naming the byte.
  Tokens encode(std::string_view text, Special special = Special::text) const;

  // The text of the tokens, always UTF-8: bytes that are not (tokens can end within a character) become U+FFFD.
  // This and the next two throw on ids that are out of range.
  std::string decode(std::span<const Token> tokens) const;
  // One token on one line, for tables: what is not UTF-8 and control characters as \xNN, line feed as \n.
  std::string token_text(Token token) const;
  // The very bytes of a token; valid as long as the tokenizer or a copy lives.
  std::string_view token_bytes(Token token) const;

  std::size_t vocabulary_size() const;
  // The token of exactly these bytes: id_of(" the"), id_of("<|endoftext|>").
  std::optional<Token> id_of(std::string_view bytes) const;
  // In ascending order.
  std::span<const Token> special_tokens() const;
  // As tokenizer_config.json or special_tokens_map.json names them, else <|endoftext|> where there is one.
  std::optional<Token> bos() const;
  std::optional<Token> eos() const;

 private:
  struct Tables;
  explicit Tokenizer(std::shared_ptr<const Tables> tables) : tables_(std::move(tables)) {}

  std::shared_ptr<const Tables> tables_;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/text/tokenizer-inl.hpp>
#endif
