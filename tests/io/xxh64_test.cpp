#include <string_view>
#include <tl/io/xxh64.hpp>

#include "../catch.hpp"

namespace {
std::uint64_t hash(std::string_view text) { return tl::io::xxh64(std::as_bytes(std::span(text))); }
}  // namespace

TEST_CASE("XXH64 is what xxhsum prints") {
  REQUIRE(hash("") == 0xef46db3751d8e999);
  REQUIRE(hash("a") == 0xd24ec4f1a98c6e5b);
  REQUIRE(hash("abc") == 0x44bc2cf5ad770999);
  // Lengths around one stripe of 32 bytes, and rests of words, half words and single bytes.
  constexpr std::string_view text = "tl: a row is one token position to be computed.";
  REQUIRE(hash(text.substr(0, 31)) == 0x8022781470ba42da);
  REQUIRE(hash(text.substr(0, 32)) == 0xf4b9fece038e8bff);
  REQUIRE(hash(text.substr(0, 33)) == 0x89db11450818b6a0);
  REQUIRE(hash(text) == 0x7a290134d07c9ebf);
}
