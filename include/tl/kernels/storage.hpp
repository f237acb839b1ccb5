#pragma once
// The types that packed weights may have. Activations and the key-value cache are float with every one of them.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tl/core/float16.hpp>

namespace TL_NAMESPACE {

// The upper half of a float.
struct bf16 {
  std::uint16_t bits = 0;

  constexpr operator float() const { return float_from_bf16(bits); }
};
// Rounded to nearest, ties to even; NaN stays NaN.
constexpr bf16 to_bf16(float value) { return {bf16_from_float(value)}; }

// One of 255 steps, -127 to 127, of its column's scale; kept 128 above, for the instructions that multiply an unsigned
// by a signed byte.
struct int8 {
  std::uint8_t bits = 128;

  constexpr int steps() const { return int{bits} - 128; }
};

// The step with which int8 covers magnitudes up to `largest`; 0 where that is too small for a scale, and counts as
// zero.
[[gnu::always_inline]] constexpr float int8_step(float largest) {
  const float step = largest / 127;
  return step < std::numeric_limits<float>::min() ? 0 : step;
}
// value, within 2^22, rounded to nearest, ties to even: a sum with 1.5 * 2^23 has the whole number in its low bits.
[[gnu::always_inline]] constexpr std::int32_t nearest_step(float value) {
  constexpr float magic = 12582912.f;
  return std::bit_cast<std::int32_t>(value + magic) - std::bit_cast<std::int32_t>(magic);
}

template <class T>
concept StorageType = std::same_as<T, float> || std::same_as<T, bf16> || std::same_as<T, int8>;

// As config.json's torch_dtype and --dtype write it.
template <StorageType S>
inline constexpr std::string_view storage_name = std::same_as<S, float>  ? "float32"
                                                 : std::same_as<S, bf16> ? "bfloat16"
                                                                         : "int8";

namespace kernels {

// How weights lie in a panel: `group` consecutive rows of W side by side, so that four bytes hold what one lane
// multiplies at once; rows filled up with zeros to a multiple of `depth`, the 64 bytes that a row of an AMX tile takes.
template <StorageType S>
inline constexpr std::size_t panel_group = 4 / sizeof(S);
template <StorageType S>
inline constexpr std::size_t panel_depth = std::same_as<S, float> ? 1 : 64 / sizeof(S);

}  // namespace kernels
}  // namespace TL_NAMESPACE
