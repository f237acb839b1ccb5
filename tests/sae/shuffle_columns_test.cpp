#include <algorithm>
#include <tl/sae/shuffle_columns.hpp>
#include <vector>

#include "../catch.hpp"

TEST_CASE("shuffled columns keep their values and lose what they had to do with one another") {
  constexpr std::size_t rows = 2000, d = 3;
  std::vector<float> x;
  for (std::size_t r = 0; r != rows; ++r) x.insert(x.end(), d, static_cast<float>(r) / float{rows});
  auto shuffled = x, again = x, other = x;
  tl::shuffle_columns(shuffled.data(), rows, d, {1, 2}, 1);
  tl::shuffle_columns(again.data(), rows, d, {1, 2}, 2);
  tl::shuffle_columns(other.data(), rows, d, {1, 3}, 1);
  CHECK(shuffled == again);
  CHECK(shuffled != other);
  const auto column = [&](const std::vector<float>& of, std::size_t c) {
    std::vector<float> values;
    for (std::size_t r = 0; r != rows; ++r) values.push_back(of[r * d + c]);
    return values;
  };
  // The correlation of uniform values is 12 times their covariance; 1 before, of the order of 1 / sqrt(rows) after.
  for (const auto& [a, b] : {std::pair{0, 1}, {0, 2}, {1, 2}}) {
    double covariance = 0;
    for (std::size_t r = 0; r != rows; ++r)
      covariance += (double{shuffled[r * d + static_cast<std::size_t>(a)]} - .5) *
                    (double{shuffled[r * d + static_cast<std::size_t>(b)]} - .5) / double{rows};
    CHECK(std::abs(12 * covariance) < .1);
  }
  for (std::size_t c = 0; c != d; ++c) {
    auto values = column(shuffled, c);
    std::sort(values.begin(), values.end());
    CHECK(values == column(x, c));
  }
}
