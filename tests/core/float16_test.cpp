#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <tl/core/float16.hpp>

#include "../catch.hpp"

using namespace tl;

static_assert(float_from_f16(0x3c00) == 1.0f && f16_from_float(-2.0f) == 0xc000);
static_assert(float_from_bf16(0x3f80) == 1.0f && bf16_from_float(-2.0f) == 0xc000);

namespace {
// By the definition of binary16.
double f16_value(unsigned half) {
  const double sign = half & 0x8000 ? -1 : 1;
  const int exponent = static_cast<int>(half >> 10 & 31), fraction = static_cast<int>(half & 1023);
  if (exponent == 31) return fraction ? std::numeric_limits<double>::quiet_NaN() : sign * INFINITY;
  return exponent ? sign * std::ldexp(1024 + fraction, exponent - 25) : sign * std::ldexp(fraction, -24);
}

// The nearest of the two neighbours `low` and `low + 1` (patterns of positive numbers), the even one of a tie.
template <class Value>
unsigned nearest(double x, unsigned low, Value value) {
  const double below = x - value(low), above = value(low + 1) - x;
  return below < above || (below == above && low % 2 == 0) ? low : low + 1;
}
}  // namespace

TEST_CASE("every half widens to its value and comes back") {
  unsigned wrong = 0;
  for (unsigned half = 0; half != 0x10000; ++half) {
    const float widened = float_from_f16(static_cast<std::uint16_t>(half));
    const unsigned back = f16_from_float(widened);
    if (std::isnan(f16_value(half))) wrong += !std::isnan(widened) || back != (half | 0x200);
    else wrong += widened != f16_value(half) || std::signbit(widened) != (half >= 0x8000) || back != half;
  }
  REQUIRE(wrong == 0);
}

TEST_CASE("halfway between two halves goes to the even one, a float beside it to the nearer") {
  unsigned wrong = 0;
  for (unsigned half = 0; half != 0x7bff; ++half) {
    const auto middle = static_cast<float>((f16_value(half) + f16_value(half + 1)) / 2);
    wrong += f16_from_float(middle) != half + half % 2;
    wrong += f16_from_float(std::nextafter(middle, 0.0f)) != half;
    wrong += f16_from_float(std::nextafter(middle, 1e9f)) != half + 1;
    wrong += f16_from_float(-middle) != (half + half % 2 | 0x8000);
  }
  REQUIRE(wrong == 0);
  REQUIRE(f16_from_float(65519.996f) == 0x7bff);
  REQUIRE(f16_from_float(65520.0f) == 0x7c00);
  REQUIRE(f16_from_float(1e30f) == 0x7c00);
  REQUIRE(f16_from_float(INFINITY) == 0x7c00);
  REQUIRE(f16_from_float(1e-30f) == 0);
  REQUIRE(std::isnan(float_from_f16(f16_from_float(NAN))));
}

TEST_CASE("every bfloat16 comes back, and floats round to the nearest, ties to even") {
  unsigned wrong = 0;
  for (unsigned bits = 0; bits != 0x10000; ++bits) {
    const float value = float_from_bf16(static_cast<std::uint16_t>(bits));
    wrong += std::isnan(value) ? !std::isnan(float_from_bf16(bf16_from_float(value))) : bf16_from_float(value) != bits;
  }
  std::mt19937 random(7);
  const auto value_of = [](unsigned bits) -> double {
    return bits == 0x7f80 ? 0x1p128 : float_from_bf16(static_cast<std::uint16_t>(bits));
  };
  for (int i = 0; i != 200000; ++i) {
    std::uint32_t bits = random() & 0x7fffffff;
    if (i % 2) bits = (bits & 0x7fff0000) | 0x8000;  // ties
    const float value = std::bit_cast<float>(bits);
    if (!std::isfinite(value)) continue;
    wrong += bf16_from_float(value) != nearest(value, bits >> 16, value_of);
  }
  REQUIRE(wrong == 0);
  // A NaN whose payload is only in the low bits must not become infinity.
  REQUIRE(std::isnan(float_from_bf16(bf16_from_float(std::bit_cast<float>(0x7f800001u)))));
}
