#include <cmath>
#include <cstdint>
#include <set>
#include <tl/core/philox.hpp>
#include <vector>

#include "../catch.hpp"

using tl::Purpose;
using tl::RandomKey;

// The known-answer vectors published with the paper's own implementation, Random123.
static_assert(tl::philox4x32_10({0, 0, 0, 0}, {0, 0}) ==
              tl::PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
static_assert(tl::philox4x32_10({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
              tl::PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
static_assert(tl::philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
              tl::PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
// A name is a constant expression.
static_assert(tl::uniform({1, 2}, 3, Purpose::draw, 4) < 1);

TEST_CASE("every part of a name changes the bits, high words included") {
  const RandomKey key{7, 9};
  std::set<tl::PhiloxCounter> seen;
  for (const RandomKey k : {key, RandomKey{8, 9}, RandomKey{7, 10}, RandomKey{7 | 1ull << 40, 9},
                            RandomKey{7, 9 | 1ull << 40}, RandomKey{9, 7}})
    for (const std::size_t position : {0u, 1u, 0xffffffu})
      for (const Purpose purpose : {Purpose::draw, Purpose::draft, Purpose::accept, Purpose::weights})
        for (const std::size_t index : {0u, 1u, 0xffffffffu})
          CHECK(seen.insert(tl::random_bits(k, position, purpose, index)).second);
  REQUIRE(tl::random_bits(key, 5, Purpose::draw, 6) == tl::random_bits(key, 5, Purpose::draw, 6));
}

TEST_CASE("a name that would run into another is refused") {
  REQUIRE_THROWS_AS(tl::uniform({1, 1}, std::size_t{1} << 24, Purpose::draw, 0), tl::Error);
  REQUIRE_THROWS_AS(tl::normal({1, 1}, 0, Purpose::draw, std::size_t{1} << 33), tl::Error);
}

TEST_CASE("uniforms fill [0, 1) evenly") {
  constexpr int bins = 64, n = 200'000;
  std::vector<double> count(bins);
  for (std::size_t i = 0; i != n; ++i) {
    const double u = tl::uniform({3, 0}, 17, Purpose::test, i);
    REQUIRE((u >= 0 && u < 1));
    ++count[static_cast<std::size_t>(u * bins)];
    const float f = tl::uniform<float>({3, 0}, 17, Purpose::test, i);
    REQUIRE((f <= u && u - f < 0x1p-24));
  }
  double chi_square = 0;
  for (const double c : count) chi_square += (c - n / bins) * (c - n / bins) / (n / bins);
  CHECK(chi_square < 113.7);  // 63 degrees of freedom, upper tail 1e-4
  CHECK(chi_square > 29.4);   // lower tail 1e-4: too even is not random either
}

TEST_CASE("normals have the moments of a normal, and neighbours are independent") {
  constexpr std::size_t n = 200'000;
  double sum = 0, square = 0, fourth = 0, product = 0, previous = 0;
  for (std::size_t i = 0; i != n; ++i) {
    const double z = tl::normal({5, 1}, 0, Purpose::test, i);
    sum += z, square += z * z, fourth += z * z * z * z, product += z * previous;
    previous = z;
  }
  const double limit = 4 / std::sqrt(double(n));  // four standard errors of a mean of unit variance
  CHECK(std::abs(sum / n) < limit);
  CHECK(std::abs(product / n) < limit);
  CHECK(std::abs(square / n - 1) < limit * std::sqrt(2));
  CHECK(std::abs(fourth / n - 3) < limit * std::sqrt(96));
}

TEST_CASE("fill_normal is normal, index by index") {
  for (const std::size_t n : {0u, 1u, 2u, 7u}) {
    std::vector<float> out(n);
    tl::fill_normal(out, 0.02, {11, 12}, 3, Purpose::weights);
    for (std::size_t i = 0; i != n; ++i)
      CHECK(out[i] == static_cast<float>(0.02 * tl::normal({11, 12}, 3, Purpose::weights, i)));
  }
}
