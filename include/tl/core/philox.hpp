#pragma once
// Random numbers that have names instead of an order. A number is drawn by naming the seed, the caller's stream, the
// position, the purpose and an index; the same name gives the same number on every machine and in every batch, and
// two names never share one: the names are mapped one to one to the counters of a bijection, Philox4x32-10
// (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", 2011).
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

// The block function: ten rounds of multiplication and exchange.
constexpr PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round != 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0], b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key = {key[0] + 0x9E3779B9u, key[1] + 0xBB67AE85u};
  }
  return counter;
}

// What a number is for. Every use has an enumerator of its own; a new use is appended, for the values are part of
// the names and saved seeds rely on them.
enum class Purpose : std::uint8_t { draw, draft, accept, watermark, weights, data, attack, test, noise };

// A seed and the caller's stream: one stream for each sequence that is to be independent of the others.
struct RandomKey {
  std::uint64_t seed = 0, stream = 0;
  friend constexpr bool operator==(const RandomKey&, const RandomKey&) = default;
};

// The 128 random bits of a name, which everything below is made of. Throws Error where position is 2^24 or more, or
// index 2^32 or more: the name would no longer be its own.
constexpr PhiloxCounter random_bits(RandomKey key, std::size_t position, Purpose purpose, std::size_t index) {
  if (position >> 24 != 0 || std::uint64_t{index} >> 32 != 0)
    throw Error("random number at position ", position, ", index ", index,
                ": a position must be below 2^24 and an index below 2^32");
  return philox4x32_10({static_cast<std::uint32_t>(index),
                        static_cast<std::uint32_t>(position) | static_cast<std::uint32_t>(purpose) << 24,
                        static_cast<std::uint32_t>(key.stream), static_cast<std::uint32_t>(key.stream >> 32)},
                       {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
}

namespace detail {
// The leading bits of high:low as a fraction: 53 for double, 24 for float, in [0, 1).
template <std::floating_point Real>
constexpr Real fraction(std::uint32_t high, std::uint32_t low) {
  if constexpr (std::same_as<Real, float>) return static_cast<float>(high >> 8) * 0x1p-24f;
  else return static_cast<Real>((std::uint64_t{high} << 32 | low) >> 11) * static_cast<Real>(0x1p-53);
}

// Two independent standard normals from one block (Box and Muller, 1958): words 0 and 1 give the radius, 2 and 3 the
// angle. 1 - u lies in (0, 1], so the logarithm is finite: the largest value is 8.57.
inline std::array<double, 2> normal_pair(const PhiloxCounter& bits) {
  const double radius = std::sqrt(-2 * std::log(1 - fraction<double>(bits[0], bits[1])));
  const double angle = 2 * std::numbers::pi * fraction<double>(bits[2], bits[3]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}
}  // namespace detail

// Uniform in [0, 1), from the leading 53 bits of the name (float: the leading 24 of the same, so that the float is
// the double rounded down). Throws as random_bits does.
template <std::floating_point Real = double>
constexpr Real uniform(RandomKey key, std::size_t position, Purpose purpose, std::size_t index) {
  const PhiloxCounter bits = random_bits(key, position, purpose, index);
  return detail::fraction<Real>(bits[0], bits[1]);
}

// Standard normal. Indices 2n and 2n + 1 are the two halves of one Box-Muller pair. Rounding is the C library's, so
// another library may differ in the last bit. Throws as random_bits does.
inline double normal(RandomKey key, std::size_t position, Purpose purpose, std::size_t index) {
  return detail::normal_pair(random_bits(key, position, purpose, index / 2))[index % 2];
}

// out[i] = scale * normal(key, position, purpose, i), rounded to float, at half the cost. Throws as random_bits does.
inline void fill_normal(std::span<float> out, double scale, RandomKey key, std::size_t position, Purpose purpose) {
  for (std::size_t i = 0; i < out.size(); i += 2) {
    const auto pair = detail::normal_pair(random_bits(key, position, purpose, i / 2));
    out[i] = static_cast<float>(scale * pair[0]);
    if (i + 1 != out.size()) out[i + 1] = static_cast<float>(scale * pair[1]);
  }
}

}  // namespace TL_NAMESPACE
