#include <string_view>
#include <tl/io/crc32.hpp>

#include "../catch.hpp"

namespace {
std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }
}  // namespace

TEST_CASE("CRC-32 has its published check value, whole or in parts of any length") {
  REQUIRE(tl::io::crc32({}) == 0);
  constexpr std::string_view check = "123456789";
  for (std::size_t cut = 0; cut <= check.size(); ++cut)
    REQUIRE(tl::io::crc32(bytes(check.substr(cut)), tl::io::crc32(bytes(check.substr(0, cut)))) == 0xcbf43926);
  REQUIRE(tl::io::crc32(bytes("The quick brown fox jumps over the lazy dog")) == 0x414fa339);
}
