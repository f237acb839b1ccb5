#include <tl/decode/constraint.hpp>

#include <tl/skeleton/numbered_list.hpp>
#include "../catch.hpp"
#include "../text/small_vocabulary.hpp"
#include "reference.hpp"

using namespace tl;

namespace {
// ab, ab again, ..., and nothing behind a c.
struct Abab {
  int next = 0;
  bool push(char byte) {
    if (next == 3 || (byte != "ab"[next % 2] && byte != 'c')) return false;
    next = byte == 'c' ? 3 : 1 - next;
    return true;
  }
  bool may_end() const { return next == 3; }
};
struct NoEnd {
  bool push(char) { return true; }
};
}  // namespace

TEST_CASE("tokens are judged by their bytes, wherever they are cut; the end is one where the language ends") {
  STATIC_REQUIRE(LogitStage<Constraint<Abab>>);
  STATIC_REQUIRE_FALSE(ByteAutomaton<NoEnd>);
  const auto tokenizer =
      Tokenizer::from_strings(small_vocabulary({"ab", "ba", "bab", "abc", "bb", "<|endoftext|>"}).dump(), "");
  const Token end = *tokenizer.id_of("<|endoftext|>");
  REQUIRE(tokenizer.eos() == end);
  const Constraint stage(tokenizer, Abab{}, end);
  const auto left = [&](std::initializer_list<std::string_view> text) {
    std::vector<Token> history{*tokenizer.id_of("z")};
    for (const std::string_view token : text) history.push_back(*tokenizer.id_of(token));
    std::vector<float> logits(tokenizer.vocabulary_size() + 3, 1.5f);
    stage(logits, {history.size(), history, 1});
    std::string names;
    for (std::size_t id = 0; id != logits.size(); ++id)
      if (logits[id] == 1.5f) names += std::string(tokenizer.token_bytes(static_cast<Token>(id))) + ' ';
      else REQUIRE(logits[id] == removed_logit);
    return names;
  };
  CHECK(left({}) == "a c ab abc ");
  CHECK(left({"a"}) == "b c ba bab ");
  CHECK(left({"ab", "a", "ba"}) == "b c ba bab ");
  CHECK(left({"abc"}) == "<|endoftext|> ");
  CHECK(reference::message([&] { left({"bb"}); }) ==
        "the text before position 2 is not of the constraint's language: token " +
            std::to_string(*tokenizer.id_of("bb")) + " cannot stand there");
  CHECK(reference::message([&] { Constraint(tokenizer, Abab{}, 100'000); }) ==
        "the token that ends a constrained text is 100000, and the tokenizer has " +
            std::to_string(tokenizer.vocabulary_size()) + " tokens");
}
