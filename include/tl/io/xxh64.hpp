#pragma once
// XXH64 with seed 0, the 64-bit hash of https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md: not
// cryptographic, as fast as memory, and `xxhsum -H64 FILE` prints the same.
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::io {

inline std::uint64_t xxh64(std::span<const std::byte> bytes) {
  static_assert(std::endian::native == std::endian::little,
                "tl: files are read in place, which wants a little-endian machine");
  constexpr std::uint64_t prime[] = {11400714785074694791u, 14029467366897019727u, 1609587929392839161u,
                                     9650029242287828579u, 2870177450012600261u};
  const auto round = [&](std::uint64_t lane, std::uint64_t word) {
    return std::rotl(lane + word * prime[1], 31) * prime[0];
  };
  const auto word_at = [&](auto word, std::size_t at) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    return word;
  };
  const std::uint64_t size = bytes.size();
  std::uint64_t hash = prime[4];
  std::size_t at = 0;
  if (size >= 32) {
    std::uint64_t lanes[4] = {prime[0] + prime[1], prime[1], 0, 0 - prime[0]};
    for (; size - at >= 32; at += 32)
      for (std::size_t i = 0; i != 4; ++i) lanes[i] = round(lanes[i], word_at(std::uint64_t{}, at + 8 * i));
    hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
    for (const std::uint64_t lane : lanes) hash = (hash ^ round(0, lane)) * prime[0] + prime[3];
  }
  hash += size;
  for (; size - at >= 8; at += 8)
    hash = std::rotl(hash ^ round(0, word_at(std::uint64_t{}, at)), 27) * prime[0] + prime[3];
  for (; size - at >= 4; at += 4)
    hash = std::rotl(hash ^ word_at(std::uint32_t{}, at) * prime[0], 23) * prime[1] + prime[2];
  for (; at != size; ++at) hash = std::rotl(hash ^ word_at(std::uint8_t{}, at) * prime[4], 11) * prime[0];
  hash = (hash ^ hash >> 33) * prime[1];
  hash = (hash ^ hash >> 29) * prime[2];
  return hash ^ hash >> 32;
}

}  // namespace TL_NAMESPACE::io
