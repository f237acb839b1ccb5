#pragma once
// The two 16-bit floating-point formats of checkpoints, IEEE 754 binary16 (F16) and bfloat16 (BF16), as bits.
// Branch-free, so that a loop over them vectorises. Narrowing rounds to nearest, ties to even; NaN stays NaN.
#include <bit>
#include <cstdint>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

constexpr float float_from_bf16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

constexpr std::uint16_t bf16_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;
  const std::uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1)) >> 16;
  return static_cast<std::uint16_t>(nan ? (bits >> 16) | 0x40u : rounded);
}

constexpr float float_from_f16(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000u) << 16, magnitude = (half & 0x7fffu) << 13;
  // Normal numbers: the exponent's bias grows from 15 to 127; infinity and NaN: the exponent grows from 31 to 255.
  const std::uint32_t normal = magnitude + (112u << 23) + (magnitude >= 0x0f800000u ? 112u << 23 : 0);
  // Subnormal: m * 2^-24, as the difference of 2^-14 * (1 + m / 1024) and 2^-14, which is exact.
  const float subnormal = std::bit_cast<float>((magnitude & 0x007fffffu) + (113u << 23)) - 0x1p-14f;
  // A choice by masks: g++ makes a branch of `?:` around the subtraction, and no vectors (at -O3: 3 GB/s of floats, not
  // 10).
  const std::uint32_t is_subnormal = 0u - ((magnitude - 0x00800000u) >> 31);
  return std::bit_cast<float>(sign | (std::bit_cast<std::uint32_t>(subnormal) & is_subnormal) |
                              (normal & ~is_subnormal));
}

constexpr std::uint16_t f16_from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits >> 16) & 0x8000u, magnitude = bits & 0x7fffffffu;
  // The rounding may carry into the exponent, up to infinity, as it should.
  const std::uint32_t normal = (magnitude - (112u << 23) + 0xfffu + ((magnitude >> 13) & 1)) >> 13;
  // Below 2^-14 the result is a multiple of 2^-24, the distance between floats near 1/2: the addition rounds.
  const float small = std::bit_cast<float>(magnitude < 0x38800000u ? magnitude : 0) + 0.5f;
  const std::uint32_t subnormal = std::bit_cast<std::uint32_t>(small) - 0x3f000000u;
  std::uint32_t half = magnitude < 0x38800000u ? subnormal : normal;
  half = magnitude >= 0x47800000u ? 0x7c00u : half;                                // from 2^16: infinity
  half = magnitude > 0x7f800000u ? 0x7e00u | ((magnitude >> 13) & 0x1ffu) : half;  // NaN, made quiet
  return static_cast<std::uint16_t>(sign | half);
}

}  // namespace TL_NAMESPACE
