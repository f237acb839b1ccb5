#pragma once
// Small byte-level BPE files: the 256 bytes have the ids 0 to 255, more tokens follow in the order given.
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <tl/text/byte_alphabet.hpp>
#include <vector>

inline nlohmann::json small_vocabulary(std::initializer_list<std::string> more = {}) {
  nlohmann::json vocabulary;
  for (int byte = 0; byte != 256; ++byte) vocabulary[tl::text::spelled(std::string(1, static_cast<char>(byte)))] = byte;
  for (const std::string& token : more) vocabulary[token] = vocabulary.size();
  return vocabulary;
}

inline nlohmann::json small_tokenizer_json(std::initializer_list<std::string> more, nlohmann::json merges) {
  return {{"added_tokens", nlohmann::json::array()},
          {"normalizer", nullptr},
          {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
          {"model", {{"type", "BPE"}, {"dropout", nullptr}, {"vocab", small_vocabulary(more)}, {"merges", merges}}}};
}
