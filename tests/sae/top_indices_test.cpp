#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <tl/sae/top_indices.hpp>

#include "../catch.hpp"

TEST_CASE("the k greatest are those of a sort, of equals the lower index") {
  std::mt19937 bits(3);
  tl::TopIndices top;
  for (const std::size_t n : {0u, 1u, 5u, 16u, 100u, 3000u})
    for (const std::size_t k : {0u, 1u, 7u, 32u, 500u}) {
      std::vector<float> values(n);
      for (float& value : values) value = static_cast<float>(bits() % 97) - 48;  // many are equal
      std::vector<std::uint32_t> order(n);
      std::iota(order.begin(), order.end(), 0u);
      std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return values[a] > values[b]; });
      order.resize(std::min(n, k));
      std::sort(order.begin(), order.end());
      CAPTURE(n, k);
      CHECK(top(values.data(), n, k) == order);
    }
}

TEST_CASE("infinities are numbers like others, NaN is none") {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  const float values[]{-infinity, std::nanf(""), 2, infinity, -infinity};
  tl::TopIndices top;
  CHECK(top(values, 5, 2) == std::vector<std::uint32_t>{2, 3});
  CHECK(top(values, 5, 9) == std::vector<std::uint32_t>{0, 2, 3, 4});
}
