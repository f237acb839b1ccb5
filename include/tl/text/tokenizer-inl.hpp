#pragma once
#include <array>
#include <cstdint>
#include <tl/core/error.hpp>
#include <tl/text/merges.hpp>
#include <tl/text/pretokenizer.hpp>
#include <tl/text/printable.hpp>
#include <tl/text/special_tokens.hpp>
#include <tl/text/token_index.hpp>
#include <tl/text/tokenizer.hpp>
#include <tl/text/utf8.hpp>
#include <tl/text/vocabulary.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct Tokenizer::Tables {
  text::TokenIndex index;
  // Whether BPE gives the token back for its own bytes, as it does for nearly all. Most words of a text are such
  // tokens, and are then found with one look-up instead of some ten merges.
  std::vector<bool> is_word;
  std::array<Token, 256> byte_tokens;
  text::Merges merges;
  text::SpecialTokens special;
  std::vector<Token> special_ids;
  std::optional<Token> bos, eos;
  text::WordPattern pattern;

  explicit Tables(text::Vocabulary vocabulary)
      : index(vocabulary.tokens),
        is_word(vocabulary.tokens.size()),
        byte_tokens(vocabulary.byte_tokens),
        merges(std::move(vocabulary.merges)),
        special_ids(std::move(vocabulary.special)),
        bos(vocabulary.bos),
        eos(vocabulary.eos) {
    std::vector<Token> symbols;
    for (std::size_t id = 0; id != index.size(); ++id) {
      const Token token = static_cast<Token>(id);
      symbols.clear();
      append_bpe(symbols, index[token]);
      is_word[id] = symbols.size() == 1 && symbols[0] == token && index.insert(token);
    }
    for (std::size_t id = 0; id != index.size(); ++id)
      if (!is_word[id]) index.insert(static_cast<Token>(id));
    for (const Token token : special_ids) special.add(std::string(index[token]), token);
  }

  // The tokens of one word by merging.
  void append_bpe(std::vector<Token>& ids, std::string_view word) const {
    const std::size_t before = ids.size();
    for (const char byte : word) ids.push_back(byte_tokens[static_cast<unsigned char>(byte)]);
    ids.resize(before + merges.apply(std::span(ids).subspan(before)));
  }

  // The tokens of text without special tokens.
  void append_text(std::vector<Token>& ids, std::string_view text) const {
    for_each_word(pattern, text, [&](std::string_view word) {
      const Token token = index.find(word);
      if (token != text::TokenIndex::no_token && is_word[static_cast<std::size_t>(token)]) {
        ids.push_back(token);
      } else {
        append_bpe(ids, word);
      }
    });
  }
};

TL_INLINE Tokenizer Tokenizer::load(const std::string& folder) {
  return Tokenizer(std::make_shared<const Tables>(text::read_vocabulary(folder)));
}

TL_INLINE Tokenizer Tokenizer::from_strings(std::string_view vocab_json, std::string_view merges_txt) {
  return Tokenizer(std::make_shared<const Tables>(text::parse_vocabulary(vocab_json, merges_txt)));
}

TL_INLINE Tokenizer Tokenizer::from_tokenizer_json(std::string_view tokenizer_json) {
  return Tokenizer(std::make_shared<const Tables>(text::parse_tokenizer_json(tokenizer_json)));
}

TL_INLINE Tokens Tokenizer::encode(std::string_view text, Special special) const {
  if (const std::size_t bad = text::first_invalid_utf8(text); bad != text.size())
    throw Error("the text is not valid UTF-8 at byte ", bad, " (", text::printable(text.substr(bad, 1)),
                "); convert it to UTF-8 first");
  // Merging counts symbols in 32 bits.
  if (text.size() >= UINT32_MAX)
    throw Error("a text of ", text.size(), " bytes is too long to encode at once: split it");
  std::vector<Token> ids;
  ids.reserve(text.size() / 4 + 1);
  while (special == Special::parse && !text.empty()) {
    const auto found = tables_->special.find(text);
    tables_->append_text(ids, text.substr(0, found.at));
    if (found.length != 0) ids.push_back(found.token);
    text.remove_prefix(found.at + found.length);
  }
  tables_->append_text(ids, text);
  return Tokens(std::move(ids), tables_->bos);
}

TL_INLINE std::string Tokenizer::decode(std::span<const Token> tokens) const {
  std::string bytes;
  for (const Token token : tokens) bytes += token_bytes(token);
  if (text::first_invalid_utf8(bytes) == bytes.size()) return bytes;
  std::string text;
  if (!text::append_utf8(text, bytes).empty()) text += text::replacement_character;
  return text;
}

TL_INLINE std::string Tokenizer::token_text(Token token) const { return text::printable(token_bytes(token)); }

TL_INLINE std::string_view Tokenizer::token_bytes(Token token) const {
  if (token < 0 || static_cast<std::size_t>(token) >= vocabulary_size())
    throw Error("token ", token, " is out of range: the vocabulary has the ids 0 to ", vocabulary_size() - 1);
  return tables_->index[token];
}

TL_INLINE std::size_t Tokenizer::vocabulary_size() const { return tables_->index.size(); }

TL_INLINE std::optional<Token> Tokenizer::id_of(std::string_view bytes) const {
  const Token token = tables_->index.find(bytes);
  return token == text::TokenIndex::no_token ? std::nullopt : std::optional(token);
}

TL_INLINE std::span<const Token> Tokenizer::special_tokens() const { return tables_->special_ids; }
TL_INLINE std::optional<Token> Tokenizer::bos() const { return tables_->bos; }
TL_INLINE std::optional<Token> Tokenizer::eos() const { return tables_->eos; }

}  // namespace TL_NAMESPACE
