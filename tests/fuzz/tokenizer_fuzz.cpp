// libFuzzer target: a tokenizer out of bytes that nobody vouches for. The first byte says what the rest is, cut at the
// byte FF, which no text contains:
//   'v'  vocab.json FF merges.txt FF text
//   't'  tokenizer.json FF text
//   'm'  merges FF text: for each two bytes a merge of two tokens there are, counted round, over a sound vocabulary;
//        the way to tables that pass every check
// Only tl::Error may come out of a load, or of an encoding of what is no UTF-8. What is loaded must give every text
// back, and the two ways of merging must agree.
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/text/byte_alphabet.hpp>
#include <tl/text/merges.hpp>
#include <tl/text/streaming_decoder.hpp>
#include <tl/text/tokenizer.hpp>
#include <tl/text/utf8.hpp>
#include <vector>

namespace {
void must(bool right) {
  if (!right) std::abort();
}

// Cuts off and returns what comes before the next FF.
std::string_view take(std::string_view& rest) {
  const std::size_t end = rest.find('\xFF');
  const std::string_view field = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return field;
}

void use(const tl::Tokenizer& tokenizer, std::string_view text) {
  for (const tl::Special special : {tl::Special::text, tl::Special::parse}) {
    try {
      const tl::Tokens tokens = tokenizer.encode(text, special);
      must(tokenizer.decode(tokens) == text);
    } catch (const tl::Error&) {
      must(tl::text::first_invalid_utf8(text) != text.size());
    }
  }
  // The bytes of the text as ids, good and bad.
  tl::StreamingDecoder decoder(tokenizer);
  std::vector<tl::Token> ids;
  std::string pieces;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    const tl::Token id = static_cast<unsigned char>(text[i]) | static_cast<signed char>(text[i + 1]) * 256;
    try {
      pieces += decoder.push(id);
      ids.push_back(id);
      tokenizer.token_text(id);
    } catch (const tl::Error&) {
      must(id < 0 || static_cast<std::size_t>(id) >= tokenizer.vocabulary_size());
    }
  }
  must(pieces + decoder.finish() == tokenizer.decode(ids));
}

void use_merges(std::string_view choices, std::string_view text) {
  std::vector<std::string> tokens;  // spelled
  std::map<std::string, std::size_t> ids;
  const auto add = [&](const std::string& token) {
    if (ids.emplace(token, tokens.size()).second) tokens.push_back(token);
  };
  for (int byte = 0; byte != 256; ++byte) add(tl::text::spelled(std::string(1, static_cast<char>(byte))));
  std::string merges_txt;
  tl::text::Merges merges;
  for (std::size_t i = 0; i + 1 < choices.size() && i != 400; i += 2) {
    const auto at = [&](std::size_t k) { return static_cast<unsigned char>(choices[k]) * 7u % tokens.size(); };
    // Two tokens, the later ones more often: else nothing grows beyond pairs of bytes.
    const std::size_t left = at(i), right = at(i + 1);
    if (tokens[left].size() + tokens[right].size() > 64) continue;
    const std::string merged = tokens[left] + tokens[right];
    add(merged);
    if (merges.add(static_cast<tl::Token>(left), static_cast<tl::Token>(right), static_cast<tl::Token>(ids[merged])))
      merges_txt += tokens[left] + ' ' + tokens[right] + '\n';
  }
  // JSON of the alphabet needs two escapes: '"' and '\'.
  std::string vocab_json;
  for (std::size_t id = 0; id != tokens.size(); ++id) {
    vocab_json += id == 0 ? "{\"" : ",\"";
    for (const char c : tokens[id]) vocab_json += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
    vocab_json += "\":" + std::to_string(id);
  }
  use(tl::Tokenizer::from_strings(vocab_json + '}', merges_txt), text);

  std::vector<tl::Token> scanned;
  for (const char byte : text.substr(0, tl::text::Merges::longest_scan))
    scanned.push_back(static_cast<unsigned char>(byte));
  std::vector<tl::Token> heaped = scanned;
  scanned.resize(merges.apply_by_scan(scanned));
  heaped.resize(merges.apply_by_heap(heaped));
  must(scanned == heaped);
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string_view first = take(rest);
  std::optional<tl::Tokenizer> tokenizer;
  try {
    if (data[0] == 'v') tokenizer = tl::Tokenizer::from_strings(first, take(rest));
    if (data[0] == 't') tokenizer = tl::Tokenizer::from_tokenizer_json(first);
  } catch (const tl::Error&) {
    return 0;
  }
  if (tokenizer) use(*tokenizer, rest);
  if (data[0] == 'm') use_merges(first, rest);
  return 0;
}
