#pragma once
#include <tl/interp/contrast.hpp>

namespace TL_NAMESPACE {

TL_INLINE Token single_token(const Tokenizer& tokenizer, std::string_view text) {
  const Tokens tokens = tokenizer.encode(text);
  if (tokens.size() == 1) return tokens[0];
  std::string pieces;
  for (const Token token : tokens) pieces += (pieces.empty() ? "`" : ", `") + tokenizer.token_text(token) + "`";
  throw Error("`", text, "` has to be one token, and it is ", tokens.size(), pieces.empty() ? "" : ": ", pieces);
}

TL_INLINE Contrast tokenized(const ContrastText& prompt, const Tokenizer& tokenizer) {
  const Tokens tokens = tokenizer.encode(prompt.text);
  const Contrast contrast{(tokenizer.bos() ? tokens.with_bos() : tokens).ids(), single_token(tokenizer, prompt.answer),
                          single_token(tokenizer, prompt.foil)};
  if (contrast.answer == contrast.foil)
    throw Error("the answer and the foil of `", prompt.text, "` are the same token, `", prompt.answer, "`");
  return contrast;
}

TL_INLINE std::vector<Contrast> tokenized(std::span<const ContrastText> prompts, const Tokenizer& tokenizer) {
  std::vector<Contrast> contrasts;
  for (const ContrastText& prompt : prompts) contrasts.push_back(tokenized(prompt, tokenizer));
  return contrasts;
}

}  // namespace TL_NAMESPACE
