#include <limits>
#include <tl/report/histogram.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "marks.hpp"

using namespace tl::report;

namespace {
constexpr float quiet_nan = std::numeric_limits<float>::quiet_NaN(), infinity = std::numeric_limits<float>::infinity();
}

TEST_CASE("values are counted in equal bins, the greatest in the last") {
  const float values[]{0, 1, 2, 3, 4, 4, quiet_nan, -infinity};
  const Binned binned = bin(values, 4);
  REQUIRE(binned.edges == std::vector<double>{0, 1, 2, 3, 4});
  REQUIRE(binned.counts == std::vector<double>{1, 1, 1, 3});
  REQUIRE(binned.without_value == 2);
  const float same[]{2, 2};
  REQUIRE(bin(same, 2).edges == std::vector<double>{1, 2, 3});
  REQUIRE(bin(same, 2).counts == std::vector<double>{0, 2});
  REQUIRE(error_of([&] { bin(values, 0); }) == "a histogram needs at least one bin");
  const float none[]{quiet_nan};
  REQUIRE(error_of([&] { bin(none, 3); }) == "a histogram of 1 values, none of them finite, cannot be drawn");
}

TEST_CASE("each bin is a mark, as high as its count") {
  Histogram chart{.title = "t", .edges = {0, 1, 3}, .counts = {10, 0}};
  REQUIRE(marks(chart.svg()) == 2);
  REQUIRE(contains(chart.svg(), "<title>0 to 1\n10</title>"));
  REQUIRE(contains(chart.svg(), "height=\"0\"><title>1 to 3\n0</title>"));
  chart.y_spacing = Spacing::logarithmic;
  REQUIRE(contains(chart.svg(), "height=\"0\"><title>1 to 3\n0</title>"));
}

TEST_CASE("a histogram that cannot be drawn is refused") {
  const auto refusal = [](std::vector<double> edges, std::vector<double> counts) {
    return error_of([&] { Histogram{.title = "t", .edges = edges, .counts = counts}.svg(); });
  };
  REQUIRE(refusal({0}, {}) == "the histogram \"t\" has no bins");
  REQUIRE(refusal({0}, {1}) == "the histogram \"t\" has 1 edges for 1 bins");
  REQUIRE(refusal({1, 0}, {1}) == "the histogram \"t\" has edges that are not finite and ascending");
  REQUIRE(refusal({0, 1}, {-1}) == "the histogram \"t\" has a count of -1");
}
