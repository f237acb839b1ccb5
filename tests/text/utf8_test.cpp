#include <tl/text/utf8.hpp>

#include "../catch.hpp"

using namespace tl::text;

namespace {
// The encoding of any number below 2^21, a character or not, in as many bytes as UTF-8 would take.
std::string encoded(unsigned code) {
  const auto part = [&](unsigned shift, unsigned lead) { return static_cast<char>(lead | ((code >> shift) & 0x3F)); };
  if (code < 0x80) return {static_cast<char>(code)};
  if (code < 0x800) return {static_cast<char>(0xC0 | code >> 6), part(0, 0x80)};
  if (code < 0x10000) return {static_cast<char>(0xE0 | code >> 12), part(6, 0x80), part(0, 0x80)};
  return {static_cast<char>(0xF0 | code >> 18), part(12, 0x80), part(6, 0x80), part(0, 0x80)};
}

std::string repaired(std::string_view bytes) {
  std::string out;
  if (!append_utf8(out, bytes).empty()) out += replacement_character;
  return out;
}
}  // namespace

TEST_CASE(
    "every character is valid, every beginning of one incomplete; surrogates and numbers beyond U+10FFFF are neither") {
  std::size_t wrong = 0;
  for (unsigned code = 0; code != 0x200000; ++code) {
    const std::string bytes = encoded(code);
    const bool character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    const Utf8Step step = utf8_step(bytes);
    wrong += (step.kind == Utf8::valid && step.length == bytes.size()) != character;
    wrong += (first_invalid_utf8("12345678" + bytes) == 8 + bytes.size()) != character;
    for (std::size_t cut = 1; character && cut != bytes.size(); ++cut) {
      const Utf8Step part = utf8_step(std::string_view(bytes).substr(0, cut));
      wrong += part.kind != Utf8::incomplete || part.length != cut;
    }
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("the first invalid byte is found wherever it stands") {
  for (std::size_t at = 0; at != 40; ++at) {
    for (const std::string_view bad :
         {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF5", "\xFF", "\xE4\xB8", "\xF0\x9F"}) {
      REQUIRE(first_invalid_utf8(std::string(at, 'a') + std::string(bad) + "tail of the text") == at);
      REQUIRE(first_invalid_utf8(std::string(at, 'a') + std::string(bad)) == at);
    }
    REQUIRE(first_invalid_utf8(std::string(at, 'a') + "\u4E2D\u6587") == at + 6);
  }
}

// The examples of Unicode 15, tables 3-8 to 3-11: one U+FFFD a maximal subpart.
TEST_CASE("bad bytes become U+FFFD as Unicode recommends") {
  const std::string r(replacement_character);
  REQUIRE(repaired("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41") == r + r + r + r + r + r + r + r + "A");
  REQUIRE(repaired("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41") == r + r + r + r + r + r + r + r + "A");
  REQUIRE(repaired("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42") == r + r + r + r + r + "A" + r + r + "B");
  REQUIRE(repaired("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41") == r + r + r + r + "A");
  REQUIRE(repaired("a\xF0\x9F\x99") == "a" + r);
  REQUIRE(repaired("na\u00EFve \U0001F642") == "na\u00EFve \U0001F642");
}

TEST_CASE("an incomplete character is left for later") {
  std::string out;
  REQUIRE(append_utf8(out, "ab\xE4\xB8") == "\xE4\xB8");
  REQUIRE(out == "ab");
}
