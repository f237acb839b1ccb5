#include <tl/kernels/layer_norm.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"

TEST_CASE("layer_norm agrees with the reference, its steps have its bits, rows do not see each other") {
  FOR_EACH_SET(table) {
    for (const std::size_t d : {1u, 2u, 7u, 15u, 16u, 17u, 33u, 64u, 100u, 257u, 768u, 5000u}) {
      CAPTURE(d);
      const std::size_t rows = 9;
      const float epsilon = 1e-5f;
      const auto x = random_floats(rows * d, 6, -2, 5), w = random_floats(d, 7), b = random_floats(d, 8);
      std::vector<float> fused(rows * d), scale(rows), normalized(rows * d), steps(rows * d), expected(d), alone(d);
      table.layer_norm(x.data(), w.data(), b.data(), rows, d, epsilon, fused.data(), 1);
      table.layer_norm_scale(x.data(), rows, d, epsilon, scale.data(), 1);
      table.layer_norm_normalize(x.data(), scale.data(), rows, d, normalized.data(), 1);
      table.layer_norm_affine(normalized.data(), w.data(), b.data(), rows, d, steps.data(), 1);
      REQUIRE(same_bits(fused, steps));
      for (std::size_t r = 0; r != rows; ++r) {
        const float reference =
            kernels::reference::layer_norm(x.data() + r * d, w.data(), b.data(), d, epsilon, expected.data());
        REQUIRE(scale[r] == Approx(reference).epsilon(1e-6));
        for (std::size_t i = 0; i != d; ++i) REQUIRE(std::abs(fused[r * d + i] - expected[i]) < 4e-6f);
        table.layer_norm(x.data() + r * d, w.data(), b.data(), 1, d, epsilon, alone.data(), 1);
        REQUIRE(same_bits(alone.data(), fused.data() + r * d, d));
      }
    }
  }
}

TEST_CASE("layer_norm with two threads") {
  FOR_EACH_SET(table) {
    const std::size_t rows = 101, d = 768;
    const auto x = random_floats(rows * d, 9), w = random_floats(d, 10), b = random_floats(d, 11);
    std::vector<float> one(rows * d), two(rows * d);
    table.layer_norm(x.data(), w.data(), b.data(), rows, d, 1e-5f, one.data(), 1);
    REQUIRE(helped([&] { table.layer_norm(x.data(), w.data(), b.data(), rows, d, 1e-5f, two.data(), 2); }));
    REQUIRE(same_bits(one, two));
  }
}

TEST_CASE("an edited scale divides") {
  const std::vector<float> x{1, 2, 3, 4, 5}, scale{2};
  std::vector<float> y(5);
  kernels::layer_norm_normalize(x.data(), scale.data(), 1, 5, y.data(), 1);
  REQUIRE(y == std::vector<float>{-1, -.5f, 0, .5f, 1});
}
