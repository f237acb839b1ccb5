#include <algorithm>
#include <cmath>
#include <limits>
#include <tl/kernels/reference.hpp>
#include <tl/kernels/softmax-inl.hpp>

#include "every_set.hpp"

namespace {
constexpr float inf = std::numeric_limits<float>::infinity();
}

TEST_CASE("softmax and log_sum_exp agree with the reference for any length") {
  FOR_EACH_SET(table) {
    for (const std::size_t n : {1u, 2u, 5u, 16u, 17u, 31u, 64u, 100u, 1000u, 4097u, 50257u}) {
      CAPTURE(n);
      const std::size_t rows = 3;
      auto x = random_floats(rows * n, 18, -20, 20);
      x[n / 2] = -inf;
      x[n - 1] = 3;
      std::vector<float> y(x.size()), expected(n), sums(rows), in_place = x;
      table.softmax(x.data(), rows, n, y.data(), 1);
      table.softmax(in_place.data(), rows, n, in_place.data(), 1);
      table.log_sum_exp(x.data(), rows, n, sums.data(), 1);
      REQUIRE(same_bits(y, in_place));
      for (std::size_t r = 0; r != rows; ++r) {
        kernels::reference::softmax(x.data() + r * n, n, expected.data());
        for (std::size_t i = 0; i != n; ++i)  // x - largest is rounded to 2^-20 at most
          REQUIRE(std::abs(y[r * n + i] - expected[i]) <= 4e-6f * expected[i] + 1e-37f);
        REQUIRE(sums[r] == Approx(kernels::reference::log_sum_exp(x.data() + r * n, n)).epsilon(1e-6).margin(1e-6));
      }
    }
  }
}

TEST_CASE("rows without anything, with infinities, with NaN") {
  FOR_EACH_SET(table) {
    for (const std::size_t n : {1u, 4u, 16u, 37u}) {
      std::vector<float> x(n, -inf), y(n), sum(1);
      table.softmax(x.data(), 1, n, y.data(), 1);
      table.log_sum_exp(x.data(), 1, n, sum.data(), 1);
      REQUIRE(y == std::vector<float>(n, 0.f));
      REQUIRE(sum[0] == -inf);
      for (std::size_t at = 0; at != n; ++at) {
        auto with_nan = x;
        with_nan[at] = std::nanf("");
        table.softmax(with_nan.data(), 1, n, y.data(), 1);
        table.log_sum_exp(with_nan.data(), 1, n, sum.data(), 1);
        for (const float value : y) REQUIRE(std::isnan(value));
        REQUIRE(std::isnan(sum[0]));
        auto with_one = x;
        with_one[at] = -400;
        table.softmax(with_one.data(), 1, n, y.data(), 1);
        for (std::size_t i = 0; i != n; ++i) REQUIRE(y[i] == (i == at ? 1.f : 0.f));
      }
    }
  }
}

TEST_CASE("log_sum_exp of infinities") {
  FOR_EACH_SET(table) {
    for (const std::size_t n : {1u, 17u, 1024u, 3000u}) {
      std::vector<float> x(n, -3.f), sum(1);
      for (const std::size_t at : {std::size_t{0}, n / 2, n - 1}) {
        x[at] = inf;
        table.log_sum_exp(x.data(), 1, n, sum.data(), 1);
        REQUIRE(sum[0] == inf);
        x[at] = std::nanf("");
        table.log_sum_exp(x.data(), 1, n, sum.data(), 1);
        REQUIRE(std::isnan(sum[0]));
        x[at] = std::numeric_limits<float>::max();
        table.log_sum_exp(x.data(), 1, n, sum.data(), 1);
        REQUIRE(sum[0] == x[at]);
        x[at] = -inf;
      }
    }
  }
}

TEST_CASE("blocks of columns that are never together combine to the bits of the row") {
  using Set = kernels::simd::generic;  // the others share the text
  const auto& table = kernels::table(Set::set);
  for (const std::size_t n : {1u, 1024u, 1025u, 50257u, 70000u}) {
    CAPTURE(n);
    auto x = random_floats(n, 20, -30, 30);
    if (n > 3000) std::fill(x.begin() + 1000, x.begin() + 2100, -inf);
    std::vector<kernels::BlockSum> blocks;
    for (std::size_t first = 0; first < n; first += kernels::block_columns) {
      const std::vector<float> here(x.begin() + static_cast<std::ptrdiff_t>(first),
                                    x.begin() + static_cast<std::ptrdiff_t>(std::min(n, first + 1024)));
      blocks.push_back(kernels::block_sum<Set>(here.data(), here.size()));
    }
    float whole = 0;
    table.log_sum_exp(x.data(), 1, n, &whole, 1);
    const float combined = kernels::combine<Set>(blocks.data(), blocks.size());
    REQUIRE(same_bits(&combined, &whole, 1));
    REQUIRE(whole == Approx(kernels::reference::log_sum_exp(x.data(), n)).epsilon(1e-6).margin(1e-6));
  }
}

TEST_CASE("a row alone has the bits it has among others, and with two threads") {
  FOR_EACH_SET(table) {
    const std::size_t rows = 41, n = 1003;
    const auto x = random_floats(rows * n, 19, -9, 9);
    std::vector<float> one(x.size()), two(x.size()), alone(n), sums(rows), sum(1);
    table.softmax(x.data(), rows, n, one.data(), 1);
    REQUIRE(helped([&] { table.softmax(x.data(), rows, n, two.data(), 2); }));
    REQUIRE(same_bits(one, two));
    table.log_sum_exp(x.data(), rows, n, sums.data(), 2);
    for (std::size_t r = 0; r != rows; ++r) {
      table.softmax(x.data() + r * n, 1, n, alone.data(), 1);
      table.log_sum_exp(x.data() + r * n, 1, n, sum.data(), 1);
      REQUIRE(same_bits(alone.data(), one.data() + r * n, n));
      REQUIRE(same_bits(sum.data(), &sums[r], 1));
    }
  }
}
