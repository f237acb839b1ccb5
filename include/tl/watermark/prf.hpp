#pragma once
// The pseudorandom function that green lists are made of: numbers that have names, as all random numbers here, with the
// watermark's key in the seed's place. Philox is a bijection of its counter, so two names never share a number, and no
// token, 0 included, gives every key the same one. It is not a cipher: who sees enough colours is not proven to be
// unable to find the key. The reference implementations of KGW draw lists with torch.randperm, which differs between
// devices and costs a permutation of the vocabulary each step; their lists are not these.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
#include <tl/core/philox.hpp>
#include <tl/core/token.hpp>

namespace TL_NAMESPACE {

// What a number is for: `permutation` and what follows it are the rounds of ExactList's permutation.
enum class WatermarkUse : std::uint8_t { color, token, permutation };

// 64 bits of (key, seed, use, index), every one a function of all four.
constexpr std::uint64_t watermark_bits(std::uint64_t key, std::uint64_t seed, WatermarkUse use, std::uint32_t index) {
  const PhiloxCounter bits =
      random_bits({.seed = key, .stream = seed}, static_cast<std::size_t>(use), Purpose::watermark, index);
  return std::uint64_t{bits[0]} << 32 | bits[1];
}
constexpr std::uint64_t watermark_bits(std::uint64_t key, std::uint64_t seed, WatermarkUse use, Token token) {
  return watermark_bits(key, seed, use, static_cast<std::uint32_t>(token));
}

// By which a key is told from others where it must not be written down. Nothing else is made of these bits; but they
// let a guess at the key be confirmed, as a watermarked text does.
constexpr std::uint32_t watermark_fingerprint(std::uint64_t key) {
  return static_cast<std::uint32_t>(watermark_bits(key, ~std::uint64_t{0}, WatermarkUse::token, ~std::uint32_t{0}));
}

}  // namespace TL_NAMESPACE
