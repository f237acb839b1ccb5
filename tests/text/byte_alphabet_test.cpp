#include <tl/text/byte_alphabet.hpp>

#include <set>

#include "../catch.hpp"

using namespace tl::text;

static_assert(byte_alphabet['!'] == u'!' && byte_alphabet['~'] == u'~' && byte_alphabet[0xFF] == 0xFF);
static_assert(byte_alphabet[' '] == 0x120 && byte_alphabet['\n'] == 0x10A && byte_alphabet[0] == 0x100);
static_assert(byte_alphabet[0x7F] == 0x121 && byte_alphabet[0xA0] == 0x142 && byte_alphabet[0xAD] == 0x143);

TEST_CASE("the byte alphabet has a letter of its own for each byte") {
  REQUIRE(std::set<char16_t>(byte_alphabet.begin(), byte_alphabet.end()).size() == 256);
}

TEST_CASE("spelling is undone by unspelling, for every byte") {
  std::string all;
  for (int byte = 0; byte != 256; ++byte) all += static_cast<char>(byte);
  REQUIRE(unspelled(spelled(all)) == all);
  REQUIRE(spelled(" the\n") == "\u0120the\u010A");
  REQUIRE(unspelled("") == "");
}

TEST_CASE("what is outside the alphabet spells nothing") {
  const char* text = GENERATE("a b", "\n", "\u0144", "\u00A0", "\u00AD", "\u4E2D", "\xC4", "\xC4!", "\xFF", "\xC1\x81");
  REQUIRE(unspelled(text) == std::nullopt);
}
