#include <tl/report/candidate.hpp>

#include "../catch.hpp"

using namespace tl::report;

TEST_CASE("candidates are lines of a label and a number") {
  REQUIRE(lines({{" dog", 0.25}, {"\n", 1}}) == "\n\u2068\u00B7dog\u2069  0.25\n\u2068\u21B5\u2069  1");
  REQUIRE(lines({}).empty());
}
