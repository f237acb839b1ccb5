#include <tl/text/tokenizer.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>
#include <tl/core/error.hpp>

#include "../catch.hpp"
#include "small_vocabulary.hpp"

using nlohmann::json;
using tl::Special;
using tl::Token;
using tl::Tokenizer;
using tl::Tokens;

namespace {
const std::string data = std::string(TL_SOURCE_DIR) + "/tests/data/tokenizer";
const std::string default_model = std::string(TL_SOURCE_DIR) + "/models/tinystories-6l";

std::string content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const Tokenizer& gpt2() {
  static const Tokenizer tokenizer = Tokenizer::load(data + "/gpt2");
  return tokenizer;
}

// Any characters, the awkward ones often.
std::string random_text(std::mt19937& random) {
  const std::vector<std::string> pieces{" ",  "\n",     "'",      "s",          "ll",    "the",
                                        "42", "\u00A0", "\u4E2D", "\U0001F642", "\u0301"};
  std::string text;
  for (auto left = random() % 30; left != 0; --left) {
    if (random() % 2 == 0) {
      text += pieces[random() % pieces.size()];
    } else {
      char32_t c = static_cast<char32_t>(random() % 0x10F800);
      if (c >= 0xD800) c += 0x800;
      if (c < 0x80) {
        text += static_cast<char>(c);
      } else {
        const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
        text += static_cast<char>((more == 1 ? 0xC0u : more == 2 ? 0xE0u : 0xF0u) | c >> (6 * more));
        for (int i = more; i-- != 0;) text += static_cast<char>(0x80 | (c >> (6 * i) & 0x3F));
      }
    }
  }
  return text;
}

void require_goldens(const Tokenizer& tokenizer, const char* key, Special special) {
  const json goldens = json::parse(content(data + "/goldens.json"));
  REQUIRE(goldens.size() == 300);
  for (const json& golden : goldens) {
    const std::string text = golden["text"];
    const Tokens tokens = tokenizer.encode(text, special);
    REQUIRE(tokens.ids() == golden[key].get<std::vector<Token>>());
    REQUIRE(tokenizer.decode(tokens) == text);
  }
}
}  // namespace

TEST_CASE("GPT-2's ids for 300 awkward strings, from the genuine files") {
  require_goldens(gpt2(), "gpt2", Special::text);
  require_goldens(gpt2(), "gpt2_special", Special::parse);
}

TEST_CASE("the default model's ids, from each form its tokenizer comes in") {
  require_goldens(Tokenizer::load(default_model), "tinystories", Special::text);
  require_goldens(
      Tokenizer::from_strings(content(default_model + "/vocab.json"), content(default_model + "/merges.txt")),
      "tinystories", Special::text);
  json tokenizer = json::parse(content(default_model + "/tokenizer.json"));
  require_goldens(Tokenizer::from_tokenizer_json(tokenizer.dump()), "tinystories", Special::text);
  for (json& merge : tokenizer["model"]["merges"])
    merge = merge[0].get<std::string>() + ' ' + merge[1].get<std::string>();
  require_goldens(Tokenizer::from_tokenizer_json(tokenizer.dump()), "tinystories", Special::text);
}

TEST_CASE("random text comes back from its tokens") {
  std::mt19937 random(11);
  const Tokenizer small = Tokenizer::load(default_model);
  for (int i = 0; i != 2000; ++i) {
    const std::string text = random_text(random);
    REQUIRE(gpt2().decode(gpt2().encode(text)) == text);
    REQUIRE(small.decode(small.encode(text, Special::parse)) == text);
  }
}

TEST_CASE("special tokens are text or tokens, as asked for") {
  REQUIRE(gpt2().encode("<|endoftext|>").size() == 7);
  REQUIRE(gpt2().encode("<|endoftext|>", Special::parse) == Tokens({50256}));
  REQUIRE(gpt2().encode("Hi<|endoftext|> Hi<|endoftext", Special::parse) ==
          Tokens({17250, 50256, 15902, 27, 91, 437, 1659, 5239}));

  json tokenizer = small_tokenizer_json({}, json::array());
  tokenizer["added_tokens"] = {{{"id", 256}, {"content", "<a>"}}, {{"id", 257}, {"content", "<a><b>"}}};
  const Tokenizer added = Tokenizer::from_tokenizer_json(tokenizer.dump());
  REQUIRE(added.encode("<a><b><a>!", Special::parse) == Tokens({257, 256, '!'}));
  REQUIRE(added.encode("<a>", Special::text) == Tokens({'<', 'a', '>'}));
  REQUIRE(std::vector<Token>(added.special_tokens().begin(), added.special_tokens().end()) ==
          std::vector<Token>{256, 257});
}

TEST_CASE("encoding never adds a BOS, with_bos does") {
  REQUIRE(gpt2().encode("").empty());
  REQUIRE(gpt2().bos() == 50256);
  REQUIRE(gpt2().eos() == 50256);
  REQUIRE(gpt2().encode("Hello world").with_bos() == Tokens({50256, 15496, 995}));
  REQUIRE(Tokenizer::load(default_model).encode("", Special::parse).with_bos() == Tokens({0}));
}

// A vocabulary can hold a token that its own merges never make: it must not be found whole.
TEST_CASE("a word that is a token is still what the merges make of it") {
  const Tokenizer tokenizer =
      Tokenizer::from_strings(small_vocabulary({"ab", "bc", "abc", "xyz"}).dump(), "b c\na b\nab c\n");
  REQUIRE(tokenizer.encode("abc") == Tokens({'a', 257}));
  REQUIRE(tokenizer.encode("xyz") == Tokens({'x', 'y', 'z'}));
  REQUIRE(tokenizer.encode("ab") == Tokens({256}));
  REQUIRE(tokenizer.id_of("abc") == 258);
}

TEST_CASE("invalid UTF-8 is refused, naming the byte") {
  REQUIRE_THROWS_WITH(gpt2().encode("caf\xE9"),
                      "the text is not valid UTF-8 at byte 3 (\\xE9); convert it to UTF-8 first");
  REQUIRE_THROWS_WITH(gpt2().encode("\xED\xA0\x80"), Catch::Contains("at byte 0"));
  REQUIRE_THROWS_WITH(gpt2().encode("<|endoftext|>\u4E2D\x80", Special::parse), Catch::Contains("at byte 16"));
}

TEST_CASE("tokens that cut a character decode to U+FFFD") {
  const Tokens tokens = gpt2().encode("\U0001F642");
  REQUIRE(tokens.size() == 2);
  REQUIRE(gpt2().decode(tokens) == "\U0001F642");
  REQUIRE(gpt2().decode(std::vector<Token>{tokens[0]}) == "\uFFFD");
  REQUIRE(gpt2().decode(std::vector<Token>{tokens[0], 32}) == "\uFFFDA");
  REQUIRE(gpt2().token_text(tokens[0]) == "\\xF0\\x9F");
  REQUIRE(gpt2().token_bytes(tokens[0]) == "\xF0\x9F");
}

TEST_CASE("tokens by name, names of tokens") {
  REQUIRE(gpt2().vocabulary_size() == 50257);
  REQUIRE(gpt2().id_of(" the") == 262);
  REQUIRE(gpt2().id_of("<|endoftext|>") == 50256);
  REQUIRE(gpt2().id_of(" thequick") == std::nullopt);
  REQUIRE(gpt2().id_of("") == std::nullopt);
  REQUIRE(gpt2().token_text(262) == " the");
  REQUIRE(gpt2().token_text(198) == "\\n");
  REQUIRE(gpt2().token_text(50256) == "<|endoftext|>");
}

TEST_CASE("ids out of range are refused") {
  const Token token = GENERATE(-1, 50257, 2147483647);
  const std::string sentence =
      "token " + std::to_string(token) + " is out of range: the vocabulary has the ids 0 to 50256";
  REQUIRE_THROWS_WITH(gpt2().token_text(token), sentence);
  REQUIRE_THROWS_WITH(gpt2().decode(std::vector<Token>{5, token}), sentence);
}

TEST_CASE("long words take no longer than long texts") {
  const auto start = std::chrono::steady_clock::now();
  const std::string text(1000000, 'a');
  const Tokens tokens = gpt2().encode(text);
  REQUIRE(gpt2().decode(tokens) == text);
  // Quadratic merging would take minutes; sanitizers and a busy machine are allowed for.
  REQUIRE(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
}

TEST_CASE("threads share a tokenizer, and copies share its tables") {
  const std::string text = content(data + "/goldens.json").substr(0, 20000);
  const Tokens expected = gpt2().encode(text.substr(0, text.rfind('}')));
  std::vector<Tokens> found(4);
  std::vector<std::thread> threads;
  for (Tokens& tokens : found)
    threads.emplace_back(
        [&, copy = gpt2()] { tokens = copy.encode(std::string_view(text).substr(0, text.rfind('}'))); });
  for (std::thread& thread : threads) thread.join();
  for (const Tokens& tokens : found) REQUIRE(tokens == expected);
}
