#include <tl/text/vocabulary.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <tl/core/error.hpp>
#include <tl/text/printable.hpp>

#include "../catch.hpp"
#include "small_vocabulary.hpp"

using namespace tl::text;
using nlohmann::json;
using tl::Token;

namespace {
std::string refusal(auto&& act) {
  try {
    act();
  } catch (const tl::Error& error) {
    return error.what();
  }
  return "not refused";
}
std::string vocabulary_refusal(const std::string& vocab, const std::string& merges = "") {
  return refusal([&] { parse_vocabulary(vocab, merges); });
}
std::string tokenizer_refusal(const json& tokenizer) {
  return refusal([&] { parse_tokenizer_json(tokenizer.dump()); });
}

// A folder that goes away with its files.
class Folder {
 public:
  using Files = std::map<std::string, std::string>;
  explicit Folder(const Files& files = {}) {
    std::filesystem::create_directories(path_);
    for (const auto& [name, content] : files) std::ofstream(path_ / name, std::ios::binary) << content;
  }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string path() const { return path_.string(); }
  // The sentence that refuses the folder, the path left out.
  std::string refusal() const {
    std::string sentence = ::refusal([&] { read_vocabulary(path()); });
    for (std::size_t at; (at = sentence.find(path())) != std::string::npos;) sentence.replace(at, path().size(), "DIR");
    return sentence;
  }

 private:
  static inline int count_ = 0;
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() /
      ("tl_vocabulary_test_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "_" + std::to_string(count_++));
};

const std::string bytes_only = small_vocabulary().dump();
const std::string with_th = small_vocabulary({"th", "the"}).dump();
}  // namespace

TEST_CASE("vocab.json and merges.txt") {
  const Vocabulary v = parse_vocabulary(small_vocabulary({"th", "the", "\u0120the", "<|endoftext|>"}).dump(),
                                        "#version: 0.2\nt h\r\nth e\n\n\u0120 the\n");
  REQUIRE(v.tokens.size() == 260);
  REQUIRE(v.tokens[258] == " the");
  REQUIRE(v.tokens['\n'] == "\n");
  REQUIRE(v.byte_tokens[' '] == ' ');
  REQUIRE(v.merges.size() == 3);
  REQUIRE(v.merges.rank(256, 'e') == 1);
  REQUIRE(v.merges.rank(' ', 257) == 2);
  REQUIRE(v.special == std::vector<Token>{259});
  REQUIRE(v.bos == 259);
  REQUIRE(v.eos == 259);
}

TEST_CASE("without <|endoftext|> there is no BOS") {
  const Vocabulary v = parse_vocabulary(bytes_only, "");
  REQUIRE(v.special.empty());
  REQUIRE(v.bos == std::nullopt);
}

TEST_CASE("only the first line is a heading") {
  REQUIRE(parse_vocabulary(small_vocabulary({"#version", "#v"}).dump(), "#version: 0.2\n# v\n").merges.size() == 1);
  REQUIRE(vocabulary_refusal(with_th, "t h\n#version: 0.2") ==
          "'merges.txt': line 2 merges \"#version:\" and \"0.2\", but \"#version:\" is not in the vocabulary");
}

TEST_CASE("tokenizer.json, merges written either way") {
  const json as_pairs = json::array({json::array({"t", "h"}), json::array({"th", "e"})});
  const Vocabulary pairs = parse_tokenizer_json(small_tokenizer_json({"th", "the"}, as_pairs).dump());
  const Vocabulary strings =
      parse_tokenizer_json(small_tokenizer_json({"th", "the"}, json::array({"t h", "th e"})).dump());
  for (const Vocabulary* v : {&pairs, &strings}) {
    REQUIRE(v->tokens.size() == 258);
    REQUIRE(v->merges.rank('t', 'h') == 0);
    REQUIRE(v->merges.rank(256, 'e') == 1);
  }
}

TEST_CASE("added tokens stand for themselves, in the vocabulary or after it") {
  json tokenizer = small_tokenizer_json({"<|endoftext|>"}, json::array());
  tokenizer["added_tokens"] = {{{"id", 256}, {"content", "<|endoftext|>"}, {"special", true}},
                               {{"id", 257}, {"content", "two words"}, {"lstrip", false}}};
  const Vocabulary v = parse_tokenizer_json(tokenizer.dump());
  REQUIRE(v.tokens.size() == 258);
  REQUIRE(v.tokens[257] == "two words");
  REQUIRE(v.special == std::vector<Token>{256, 257});
  REQUIRE(v.bos == 256);
}

TEST_CASE("mistakes in vocab.json") {
  REQUIRE(vocabulary_refusal("{\"a\": 1") == "'vocab.json' is not valid JSON: see its byte 8");
  REQUIRE(vocabulary_refusal("") == "'vocab.json' is not valid JSON: see its byte 1");
  REQUIRE(vocabulary_refusal("{\"\xFF\": 1}") == "'vocab.json' is not valid JSON: see its byte 3");
  REQUIRE(vocabulary_refusal("[1]") == "'vocab.json' must be an object, but is of the type array");
  REQUIRE(vocabulary_refusal("{\"a\": \"b\"}") ==
          "'vocab.json': the id of \"a\" must be a whole number from 0 to 2147483647, but is of the type string");
  for (const char* id : {"-1", "0.5", "2147483648", "18446744073709551615"})
    REQUIRE(vocabulary_refusal(std::string("{\"a\": ") + id + "}") ==
            std::string("'vocab.json': the id of \"a\" must be a whole number from 0 to 2147483647, but is ") + id);
  REQUIRE(vocabulary_refusal("{\"a\": 1e999}") == "'vocab.json' holds a number that JSON readers cannot represent");
  REQUIRE(vocabulary_refusal("{\"a\": 0, \"a\": 0}") == "'vocab.json' names 'a' twice");
}

TEST_CASE("ids given twice, with holes or too large") {
  json vocabulary = small_vocabulary();
  vocabulary["x"] = 5;
  REQUIRE(vocabulary_refusal(vocabulary.dump()) ==
          "'vocab.json': the id 5 is given to two tokens, \"x\" and \"\u0105\"");
  vocabulary["x"] = 256;
  REQUIRE(
      vocabulary_refusal(vocabulary.dump()) ==
      "'vocab.json': the id 256 of \"x\" is too large: there are 256 tokens, whose ids must be 0 to 255 without holes");
  vocabulary["x"] = 'x';
  vocabulary["xx"] = 257;
  REQUIRE(vocabulary_refusal(vocabulary.dump()) ==
          "'vocab.json': the id 257 of \"xx\" is too large: there are 257 tokens, whose ids must be 0 to 256 without "
          "holes");
  vocabulary["xx"] = 2147483647;
  REQUIRE(vocabulary_refusal(vocabulary.dump()).find("the id 2147483647 of \"xx\" is too large") != std::string::npos);
}

TEST_CASE("each byte needs a token") {
  for (int byte = 0; byte != 256; ++byte) {
    json vocabulary = small_vocabulary({"more"});
    const std::string letter = spelled(std::string(1, static_cast<char>(byte)));
    vocabulary.erase(letter);
    if (byte != 255) vocabulary["more"] = byte;
    if (byte == 255) vocabulary["more"] = 255;
    const std::string digits = hexadecimal(static_cast<char>(byte));
    REQUIRE(vocabulary_refusal(vocabulary.dump()) == "'vocab.json' has no token for the byte 0x" + digits +
                                                         ", spelled \"" + letter +
                                                         "\"; a byte-level BPE needs one for each of the 256");
  }
}

TEST_CASE("mistakes in merges.txt") {
  REQUIRE(vocabulary_refusal(with_th, "t h\nt zz\n") ==
          "'merges.txt': line 2 merges \"t\" and \"zz\", but \"zz\" is not in the vocabulary");
  REQUIRE(vocabulary_refusal(with_th, "#version: 0.2\nh t\n") ==
          "'merges.txt': line 2 merges \"h\" and \"t\", but \"ht\" is not in the vocabulary");
  REQUIRE(vocabulary_refusal(with_th, "t h\n\nt h\n") ==
          "'merges.txt': line 3 merges \"t\" and \"h\" again, as line 1 did");
  for (const char* line : {"th", "t h e", " th", "th ", "t  h", " "})
    REQUIRE(vocabulary_refusal(with_th, line) ==
            std::string("'merges.txt': line 1 must be two tokens with one space between them, but is \"") + line + '"');
  REQUIRE(vocabulary_refusal(with_th, "\xFF \xFE") ==
          "'merges.txt': line 1 merges \"\\xFF\" and \"\\xFE\", but \"\\xFF\" is not in the vocabulary");
}

TEST_CASE("mistakes in tokenizer.json") {
  const auto changed = [](const char* pointer, json value) {
    json tokenizer = small_tokenizer_json({"th"}, {"t h"});
    tokenizer[json::json_pointer(pointer)] = std::move(value);
    return tokenizer_refusal(tokenizer);
  };
  REQUIRE(changed("/version", "1.0") == "not refused");
  REQUIRE(refusal([] { parse_tokenizer_json("{"); }) == "'tokenizer.json' is not valid JSON: see its byte 2");
  REQUIRE(refusal([] { parse_tokenizer_json("null"); }) ==
          "'tokenizer.json' must be an object, but is of the type null");
  REQUIRE(tokenizer_refusal({{"model", {}}}) ==
          "'tokenizer.json': pre_tokenizer must be an object, but is of the type null");
  REQUIRE(changed("/model", 3) == "'tokenizer.json': model must be an object, but is of the type number");
  REQUIRE(changed("/model/vocab", json::array()) ==
          "'tokenizer.json': model.vocab must be an object, but is of the type array");
  REQUIRE(changed("/model/vocab/th", 300) ==
          "'tokenizer.json': model.vocab: the id 300 of \"th\" is too large: there are 257 "
          "tokens, whose ids must be 0 to 256 without holes");
  REQUIRE(changed("/model/merges", nullptr) ==
          "'tokenizer.json': model.merges must be a list, but is of the type null");
  REQUIRE(changed("/model/merges/0", 5) == "'tokenizer.json': merge 1 must be \"a b\" or [\"a\", \"b\"]");
  REQUIRE(changed("/model/merges/0", json::array({"t"})) ==
          "'tokenizer.json': merge 1 must be \"a b\" or [\"a\", \"b\"]");
  REQUIRE(changed("/model/merges/0", json::array({"t", 5})) ==
          "'tokenizer.json': merge 1 must be \"a b\" or [\"a\", \"b\"]");
  REQUIRE(changed("/model/merges/1", "t h") ==
          "'tokenizer.json': merge 2 merges \"t\" and \"h\" again, as merge 1 did");
  REQUIRE(changed("/added_tokens", "x") == "'tokenizer.json': added_tokens must be a list, but is of the type string");
  REQUIRE(changed("/added_tokens/0", json::object()) ==
          "'tokenizer.json': added_tokens.content must be a string, but is of the type null");
  REQUIRE(changed("/added_tokens/0", {{"content", "<a>"}}) ==
          "'tokenizer.json': added_tokens: the id of \"<a>\" must be a whole "
          "number from 0 to 2147483647, but is of the type null");
  REQUIRE(changed("/added_tokens/0", {{"content", "th"}, {"id", 5}}) ==
          "'tokenizer.json': added_tokens gives \"th\" the id 5, which has the id 256 already");
  REQUIRE(changed("/added_tokens/0", {{"content", "<a>"}, {"id", 256}}) ==
          "'tokenizer.json': model.vocab: the id 256 is given to two tokens, \"<a>\" and \"th\"");
  REQUIRE(changed("/added_tokens/0", {{"content", ""}, {"id", 257}}) ==
          "'tokenizer.json': added_tokens names an empty text, which cannot be a token");
  for (const std::string flag : {"single_word", "lstrip", "rstrip"})
    REQUIRE(changed("/added_tokens/0", {{"content", "<a>"}, {"id", 257}, {flag, true}}) ==
            "'tokenizer.json': added_tokens asks for a token with " + flag +
                ", which is not supported: set it to false");
}

TEST_CASE("a special token that BPE makes of other bytes is refused") {
  json tokenizer = small_tokenizer_json({"\u0120a", "\u0120b"}, json::array({"\u0120 a"}));
  const auto special = [&](const char* token, int id) {
    tokenizer["added_tokens"] = {{{"id", id}, {"content", token}}};
    return tokenizer_refusal(tokenizer);
  };
  REQUIRE(special("\u0120a", 256) ==
          "'tokenizer.json': model.vocab: the special token \"\u0120a\" is also what BPE makes of "
          "\" a\": it cannot stand for both");
  REQUIRE(special("\u0120", ' ').find("what BPE makes of \" \"") != std::string::npos);
  REQUIRE(special("\u0120b", 257) == "not refused");  // no merge makes it
  REQUIRE(special("a", 'a') == "not refused");
}

TEST_CASE("a tokenizer.json of another scheme is refused by what differs") {
  const auto changed = [](const char* pointer, json value) {
    json tokenizer = small_tokenizer_json({"th"}, {"t h"});
    tokenizer[json::json_pointer(pointer)] = std::move(value);
    return tokenizer_refusal(tokenizer);
  };
  REQUIRE(changed("/normalizer", {{"type", "NFC"}}) ==
          "'tokenizer.json': normalizer is {\"type\":\"NFC\"}: only null is supported");
  REQUIRE(changed("/pre_tokenizer/type", "Whitespace") ==
          "'tokenizer.json': pre_tokenizer.type is \"Whitespace\": only ByteLevel is supported");
  REQUIRE(changed("/pre_tokenizer/add_prefix_space", true) ==
          "'tokenizer.json': pre_tokenizer.add_prefix_space is true: only false is supported");
  REQUIRE(changed("/pre_tokenizer/use_regex", false) ==
          "'tokenizer.json': pre_tokenizer.use_regex is false: only true is supported");
  REQUIRE(changed("/model/type", "Unigram") == "'tokenizer.json': model.type is \"Unigram\": only BPE is supported");
  REQUIRE(changed("/model/dropout", 0.5) == "'tokenizer.json': model.dropout is 0.5: only none is supported");
  REQUIRE(changed("/model/dropout", 0.0) == "not refused");
  REQUIRE(changed("/model/end_of_word_suffix", "</w>") ==
          "'tokenizer.json': model.end_of_word_suffix is \"</w>\": only none is supported");
  REQUIRE(changed("/model/continuing_subword_prefix", "") == "not refused");
  REQUIRE(changed("/model/ignore_merges", true) ==
          "'tokenizer.json': model.ignore_merges is true: only none is supported");
  REQUIRE(changed("/model/type", nullptr) == "not refused");
}

TEST_CASE("a folder: added_tokens.json, the configuration and special_tokens_map.json name special tokens") {
  const Folder folder(
      {{"vocab.json", small_vocabulary({"<|endoftext|>", "<s>"}).dump()},
       {"merges.txt", "#version: 0.2\n"},
       {"added_tokens.json", R"({"[PAD]": 258})"},
       {"tokenizer_config.json", R"({"bos_token": {"content": "<s>", "lstrip": false}, "unk_token": null,
                          "added_tokens_decoder": {"259": {"content": "<259>"}}})"},
       {"special_tokens_map.json", R"({"bos_token": "<|endoftext|>", "pad_token": "[PAD]",
                          "eos_token": "[PAD]", "additional_special_tokens": ["!"]})"}});
  const Vocabulary v = read_vocabulary(folder.path());
  REQUIRE(v.tokens.size() == 260);
  REQUIRE(v.tokens[259] == "<259>");
  REQUIRE(v.special == std::vector<Token>{'!', 256, 257, 258, 259});
  REQUIRE(v.bos == 257);
  REQUIRE(v.eos == 258);
}

TEST_CASE("a folder: beside vocab.json and merges.txt, tokenizer.json gives the added tokens only") {
  json tokenizer = small_tokenizer_json({"th"}, {"x y"});  // a merge that would be refused
  tokenizer["added_tokens"] = {{{"id", 257}, {"content", "<a>"}}};
  Folder::Files files{
      {"vocab.json", small_vocabulary({"th"}).dump()}, {"merges.txt", "t h\n"}, {"tokenizer.json", tokenizer.dump()}};
  {
    const Vocabulary v = read_vocabulary(Folder(files).path());
    REQUIRE(v.tokens.size() == 258);
    REQUIRE(v.merges.size() == 1);
    REQUIRE(v.special == std::vector<Token>{257});
  }
  files.erase("merges.txt");
  REQUIRE(Folder(files).refusal() ==
          "'DIR/tokenizer.json': merge 1 merges \"x\" and \"y\", but \"xy\" is not in the vocabulary");
}

TEST_CASE("mistakes in a folder") {
  REQUIRE(refusal([] { read_vocabulary("/nowhere/at/all"); }) ==
          "'/nowhere/at/all' is no folder to load a tokenizer from");
  REQUIRE(Folder().refusal() ==
          "'DIR' holds no tokenizer: neither vocab.json with merges.txt nor tokenizer.json is there");
  REQUIRE(Folder(Folder::Files{{"vocab.json", bytes_only}}).refusal() ==
          "'DIR/merges.txt' is missing: it belongs beside vocab.json");
  REQUIRE(Folder({{"vocab.json", "{"}, {"merges.txt", ""}}).refusal() ==
          "'DIR/vocab.json' is not valid JSON: see its byte 2");
  const auto beside = [](const std::string& name, const std::string& content) {
    return Folder({{"vocab.json", bytes_only}, {"merges.txt", ""}, {name, content}}).refusal();
  };
  REQUIRE(beside("added_tokens.json", "[]") == "'DIR/added_tokens.json' must be an object, but is of the type array");
  REQUIRE(beside("added_tokens.json", R"({"<a>": 258})") ==
          "'DIR/vocab.json': the id 258 of \"<a>\" is too large: there are 257 "
          "tokens, whose ids must be 0 to 256 without holes");
  REQUIRE(beside("tokenizer_config.json", R"({"bos_token": "<s>"})") ==
          "'DIR/tokenizer_config.json': bos_token is \"<s>\", which has no id in any file");
  REQUIRE(beside("tokenizer_config.json", R"({"bos_token": 1})") ==
          "'DIR/tokenizer_config.json': bos_token must be an object, but is of the type number");
  REQUIRE(beside("tokenizer_config.json", R"({"add_prefix_space": true})") ==
          "'DIR/tokenizer_config.json': add_prefix_space is true, which is not supported: put the space into the text");
  REQUIRE(
      beside("tokenizer_config.json", R"({"added_tokens_decoder": {"-1": {"content": "x"}}})") ==
      "'DIR/tokenizer_config.json': added_tokens_decoder: the id of \"x\" must be a whole number from 0 to 2147483647, "
      "but is -1");
  REQUIRE(
      beside("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "x"}}})").find("the id of \"x\"") !=
      std::string::npos);
  REQUIRE(beside("special_tokens_map.json", R"({"additional_special_tokens": "x"})") ==
          "'DIR/special_tokens_map.json': additional_special_tokens must be a list, but is of the type string");
}

TEST_CASE("a folder in the place of a file cannot be read") {
  const Folder folder(Folder::Files{{"merges.txt", ""}});
  std::filesystem::create_directory(folder.path() + "/vocab.json");
  REQUIRE(folder.refusal() == "'DIR/vocab.json' cannot be read as a file");
}
