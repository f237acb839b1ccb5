#include <tl/attack/homoglyphs.hpp>
#include <tl/attack/scramble.hpp>
#include <tl/attack/through_text.hpp>

#include "../catch.hpp"

namespace {
const tl::Tokenizer tokenizer = tl::Tokenizer::load(TL_SOURCE_DIR "/models/tinystories-6l");
}

TEST_CASE("a text that is decoded and encoded may have other tokens, and reads the same") {
  const auto text = tokenizer.encode(" Once upon a time. There was a cat!").ids();
  const tl::ThroughText again{tokenizer, tl::DecodeEncode{}};
  CHECK(again({{}, text}, {}) == text);
  std::vector<tl::Token> letters;  // as a sampler may draw them
  for (const char c : std::string("cat")) letters.push_back(*tokenizer.id_of(std::string_view(&c, 1)));
  CHECK(again({text, letters}, {}) == tokenizer.encode("cat").ids());
  CHECK(again({text, {}}, {}).empty());
}

TEST_CASE("attacks on text are attacks on tokens") {
  const std::string story = " Once upon a time. There was a cat!";
  const auto text = tokenizer.encode(story).ids();
  const auto check = [&](const auto& attack) {
    const tl::ThroughText through{tokenizer, attack};
    static_assert(tl::Attack<decltype(through)>);
    CHECK(tokenizer.decode(through({{}, text}, {1, 0})) == attack(story, {1, 0}));
  };
  check(tl::ScrambleSentences{});
  check(tl::Homoglyphs{.5});
  check(tl::ZeroWidth{.5});
}
