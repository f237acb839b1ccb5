#include <tl/decode/text_writer.hpp>

#include "../catch.hpp"
#include "../text/small_vocabulary.hpp"

using namespace tl;

TEST_CASE("text comes when it is certain, and ends before a stop string") {
  const auto tokenizer = Tokenizer::from_strings(small_vocabulary().dump(), "");
  const auto written = [&](std::string_view text, std::vector<std::string> stops) {
    TextWriter writer(tokenizer, std::move(stops));
    std::string pieces;
    for (const Token token : tokenizer.encode(text)) pieces += writer.push(token) + '|';
    return pieces + writer.finish() + (writer.stopped() ? " stopped" : "") + " = " + writer.text();
  };
  CHECK(written("a\u00E9b", {}) == "a||\u00E9|b| = a\u00E9b");
  CHECK(written("abcd", {"bx", "cd"}) == "a||b|| stopped = ab");
  CHECK(written("abc", {"cd"}) == "a|b||c = abc");
  TextWriter writer(tokenizer, {});
  CHECK(writer.push(static_cast<Token>(tokenizer.vocabulary_size())).empty());
  TextWriter without(std::nullopt, {});
  CHECK(without.push(3) + without.finish() + without.text() == "");
}
