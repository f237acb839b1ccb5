#pragma once
// What the files of a byte-level BPE of the GPT-2 family say, read and checked. Every mistake is an Error of one
// sentence that names the file: not JSON, a wrong type, ids given twice or with holes, a merge of unknown tokens, a
// byte without a token, an option that would change the ids and is not supported.
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <tl/text/merges.hpp>
#include <vector>

namespace TL_NAMESPACE::text {

struct Vocabulary {
  std::vector<std::string> tokens;  // the bytes of each id
  std::array<Token, 256> byte_tokens{};
  Merges merges;
  std::vector<Token> special;  // ascending; added tokens and those named as bos, eos, ...
  std::optional<Token> bos, eos;
};

// The contents of vocab.json and merges.txt. <|endoftext|> is special where the vocabulary has it.
Vocabulary parse_vocabulary(std::string_view vocab_json, std::string_view merges_txt);

// The contents of a tokenizer.json as Hugging Face's `tokenizers` writes it.
Vocabulary parse_tokenizer_json(std::string_view tokenizer_json);

// A folder with vocab.json and merges.txt, or with tokenizer.json. Added tokens and the names of bos and eos also come
// from tokenizer.json, added_tokens.json, tokenizer_config.json and special_tokens_map.json where they are there.
Vocabulary read_vocabulary(const std::string& folder);

}  // namespace TL_NAMESPACE::text

#ifdef TL_HEADER_ONLY
#include <tl/text/vocabulary-inl.hpp>
#endif
