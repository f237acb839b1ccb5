#include <set>
#include <tl/watermark/prf.hpp>

#include "../catch.hpp"

using tl::watermark_bits;
using enum tl::WatermarkUse;

// Texts that were watermarked are to be found for ever: these numbers must not change.
TEST_CASE("the pseudorandom function's test vectors") {
  STATIC_REQUIRE(watermark_bits(0, 0, color, tl::Token{0}) == 0xb5f1e28e4d7d9406);
  STATIC_REQUIRE(watermark_bits(42, 7, color, tl::Token{50256}) == 0x6c103ebf17660bd8);
  STATIC_REQUIRE(watermark_bits(15485863, 0, token, tl::Token{0}) == 0xbffe8dc9f799de03);
  STATIC_REQUIRE(watermark_bits(~0ull, ~0ull, permutation, 1u) == 0xd1765eadc75b0563);
}

TEST_CASE("every part of a name counts") {
  std::set<std::uint64_t> numbers;
  for (std::uint64_t key = 0; key != 4; ++key)
    for (std::uint64_t seed = 0; seed != 4; ++seed)
      for (const auto use : {color, token, permutation})
        for (tl::Token index = 0; index != 4; ++index) numbers.insert(watermark_bits(key, seed, use, index));
  CHECK(numbers.size() == 4 * 4 * 3 * 4);
}

TEST_CASE("keys have fingerprints") {
  std::set<std::uint32_t> fingerprints;
  for (std::uint64_t key = 0; key != 100; ++key) fingerprints.insert(tl::watermark_fingerprint(key));
  CHECK(fingerprints.size() == 100);
}
