#include <tl/report/base64.hpp>

#include "../catch.hpp"

using tl::report::base64;

TEST_CASE("base64: the test vectors of RFC 4648") {
  const std::string_view plain[]{"", "f", "fo", "foo", "foob", "fooba", "foobar"};
  const std::string_view coded[]{"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
  for (std::size_t i = 0; i != 7; ++i) REQUIRE(base64(plain[i]) == coded[i]);
}

TEST_CASE("floats are little-endian") {
  const float values[]{1.0f, -2.5f};  // 3F800000, C0200000
  REQUIRE(base64(values) == "AACAPwAAIMA=");
}
