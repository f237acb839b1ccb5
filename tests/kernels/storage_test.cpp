#include <cmath>
#include <limits>
#include <tl/kernels/storage.hpp>

#include "../catch.hpp"

using tl::bf16;

TEST_CASE("bf16 is a float's upper half, rounded to nearest, ties to even") {
  for (std::uint32_t upper = 0; upper != 1 << 16; ++upper) {
    const bf16 value{static_cast<std::uint16_t>(upper)};
    if (std::isnan(float{value})) {
      REQUIRE(std::isnan(float{tl::to_bf16(value)}));
      continue;
    }
    REQUIRE(tl::to_bf16(value).bits == upper);
    if (std::isinf(float{value})) continue;
    const auto between = [&](std::uint32_t low) { return std::bit_cast<float>(upper << 16 | low); };
    REQUIRE(tl::to_bf16(between(0x7fff)).bits == upper);
    REQUIRE(tl::to_bf16(between(0x8000)).bits == upper + upper % 2);
    REQUIRE(tl::to_bf16(between(0x8001)).bits == upper + 1);
  }
  // NaNs whose bits all lie in the lower half.
  REQUIRE(std::isnan(float{tl::to_bf16(std::bit_cast<float>(0x7f800001u))}));
  REQUIRE(std::isnan(float{tl::to_bf16(std::bit_cast<float>(0xffffffffu))}));
}

TEST_CASE("steps of int8 reach the largest magnitude, and what has no scale is zero") {
  REQUIRE(tl::int8().steps() == 0);
  REQUIRE(tl::int8{255}.steps() == 127);
  REQUIRE(tl::int8_step(127) == 1);
  REQUIRE(tl::int8_step(0) == 0);
  REQUIRE(tl::int8_step(1e-38f) == 0);
  for (float largest = 1e-35f; largest < 1e38f; largest *= 1.37f) {
    const float step = tl::int8_step(largest);
    REQUIRE(tl::nearest_step(largest / step) == 127);
    REQUIRE(tl::nearest_step(-largest * (1 / step)) == -127);
  }
}

TEST_CASE("the nearest whole number, ties to even") {
  for (const float value : {0.f, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, 126.49f, 126.51f, -127.f})
    REQUIRE(static_cast<float>(tl::nearest_step(value)) == std::nearbyint(value));
}

TEST_CASE("names as config.json and --dtype write them") {
  STATIC_REQUIRE(tl::storage_name<float> == "float32");
  STATIC_REQUIRE(tl::storage_name<bf16> == "bfloat16");
  STATIC_REQUIRE(tl::storage_name<tl::int8> == "int8");
}
