#include <cmath>
#include <tl/core/error.hpp>
#include <tl/sae/geometric_median.hpp>

#include "../catch.hpp"

TEST_CASE("the geometric median is the point of least distances, which an outlier hardly moves") {
  // Of four corners of a square the centre; far away, a fifth point moves the mean, not the median.
  const std::vector<float> square{0, 0, 2, 0, 0, 2, 2, 2};
  const auto centre = tl::geometric_median(square.data(), 4, 2, 1);
  CHECK(centre[0] == Approx(1));
  CHECK(centre[1] == Approx(1));
  std::vector<float> rows;
  for (int i = 0; i != 30; ++i) {
    rows.push_back(std::cos(static_cast<float>(i)) + 3);
    rows.push_back(std::sin(static_cast<float>(i)));
  }
  rows.insert(rows.end(), {1e4f, 1e4f});
  const auto median = tl::geometric_median(rows.data(), 31, 2, 2);
  CHECK(median[0] == Approx(3).margin(.25));
  CHECK(median[1] == Approx(0).margin(.25));
  CHECK_THROWS_AS(tl::geometric_median(rows.data(), 0, 2, 1), tl::Error);
}
