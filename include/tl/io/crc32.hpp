#pragma once
// CRC-32 as zip files use it (ISO-HDLC: polynomial 0xedb88320, reflected), eight bytes a step.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::io {

namespace detail {
// crc32_tables[k][b]: the effect of byte b with k bytes of zeros after it.
inline constexpr auto crc32_tables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t byte = 0; byte != 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit != 8; ++bit) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k != 8; ++k)
    for (std::size_t byte = 0; byte != 256; ++byte)
      tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 0xff];
  return tables;
}();
}  // namespace detail

// `before` is the sum of the bytes that came earlier.
inline std::uint32_t crc32(std::span<const std::byte> bytes, std::uint32_t before = 0) {
  const auto& table = detail::crc32_tables;
  std::uint32_t crc = ~before;
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]); };
  std::size_t i = 0;
  for (; bytes.size() - i >= 8; i += 8) {
    const std::uint32_t low = crc ^ (at(i) | at(i + 1) << 8 | at(i + 2) << 16 | at(i + 3) << 24);
    crc = table[7][low & 0xff] ^ table[6][low >> 8 & 0xff] ^ table[5][low >> 16 & 0xff] ^ table[4][low >> 24] ^
          table[3][at(i + 4)] ^ table[2][at(i + 5)] ^ table[1][at(i + 6)] ^ table[0][at(i + 7)];
  }
  for (; i != bytes.size(); ++i) crc = crc >> 8 ^ table[0][(crc ^ at(i)) & 0xff];
  return ~crc;
}

}  // namespace TL_NAMESPACE::io
