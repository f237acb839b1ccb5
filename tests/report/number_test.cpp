#include <cmath>
#include <tl/report/number.hpp>

#include "../catch.hpp"

using namespace tl::report;

TEST_CASE("numbers have so many digits, but whole integer parts") {
  REQUIRE(number(0.0123456) == "0.0123");
  REQUIRE(number(0.5) == "0.5");
  REQUIRE(number(-0.0) == "0");
  REQUIRE(number(1234.6) == "1235");
  REQUIRE(number(-999999) == "-999999");
  REQUIRE(number(1.5e7) == "1.5e+07");
  REQUIRE(number(1.234e-7, 2) == "1.2e-07");
  REQUIRE(number(NAN) == "nan");
  REQUIRE(number(-HUGE_VAL) == "-inf");
}

TEST_CASE("coordinates are tenths") {
  REQUIRE(coordinate(12.34) == "12.3");
  REQUIRE(coordinate(-0.04) == "0");
  REQUIRE(coordinate(12345.678) == "12345.7");
}
