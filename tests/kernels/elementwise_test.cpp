#include <cmath>
#include <limits>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"

namespace {

constexpr float inf = std::numeric_limits<float>::infinity();

using Unary = decltype(kernels::KernelTable::relu);
std::vector<float> applied(Unary f, const std::vector<float>& x, int threads = 1) {
  std::vector<float> y(x.size());
  f(x.data(), y.data(), x.size(), threads);
  return y;
}

}  // namespace

TEST_CASE("the GELUs agree with the reference to a few units of the last place of x") {
  auto x = random_floats(20001, 12, -12, 12);
  const auto near_zero = random_floats(5000, 13, -1e-3f, 1e-3f);
  x.insert(x.end(), near_zero.begin(), near_zero.end());
  x.insert(x.end(), {0.f, -0.f, 1e-38f, -1e-38f, 1e30f, -1e30f, -90.f, 90.f});
  FOR_EACH_SET(table) {
    const auto tanh = applied(table.gelu_tanh, x), exact = applied(table.gelu_exact, x);
    for (std::size_t i = 0; i != x.size(); ++i) {
      CAPTURE(x[i]);
      const double bound = 2.5e-7 * std::abs(double{x[i]}) + 1e-44;
      REQUIRE(std::abs(tanh[i] - kernels::reference::gelu_tanh(x[i])) <= bound);
      REQUIRE(std::abs(exact[i] - kernels::reference::gelu_exact(x[i])) <= bound);
    }
  }
}

TEST_CASE("special values") {
  FOR_EACH_SET(table) {
    const std::vector<float> x{inf, std::nanf(""), -0.f, -3, 3};
    for (const Unary f : {table.gelu_tanh, table.gelu_exact, table.relu}) {
      const auto y = applied(f, x);
      REQUIRE(y[0] == inf);
      REQUIRE(std::isnan(y[1]));
      REQUIRE(y[2] == 0);
    }
    REQUIRE(applied(table.relu, {-3, 3, -inf}) == std::vector<float>{0, 3, 0});
  }
}

TEST_CASE("sums, in place too") {
  FOR_EACH_SET(table) {
    for (const std::size_t n : {1u, 3u, 15u, 16u, 31u, 1000u}) {
      const auto a = random_floats(n, 14), b = random_floats(n, 15);
      auto sum = a, scaled = a;
      table.add(sum.data(), b.data(), sum.data(), n, 1);
      table.add_scaled(0.3f, b.data(), scaled.data(), n, 1);
      for (std::size_t i = 0; i != n; ++i) {
        REQUIRE(sum[i] == a[i] + b[i]);
        REQUIRE(scaled[i] == Approx(double{a[i]} + double{0.3f} * b[i]).margin(1e-7));
      }
    }
  }
}

TEST_CASE("an element's bits depend on neither its place nor the threads") {
  FOR_EACH_SET(table) {
    const auto x = random_floats(70'001, 16, -6, 6);
    for (const Unary f : {table.gelu_tanh, table.gelu_exact, table.relu}) {
      const auto one = applied(f, x);
      std::vector<float> two;
      REQUIRE(helped([&] { two = applied(f, x, 2); }));
      REQUIRE(same_bits(one, two));
      for (std::size_t i = 0; i < x.size(); i += 997) REQUIRE(same_bits(applied(f, {x[i]}).data(), &one[i], 1));
    }
  }
}

TEST_CASE("public activations are those of the table in use") {
  const auto x = random_floats(100, 17);
  REQUIRE(same_bits(applied(kernels::gelu_tanh, x), applied(kernels::table().gelu_tanh, x)));
  REQUIRE(same_bits(applied(kernels::gelu_exact, x), applied(kernels::table().gelu_exact, x)));
  REQUIRE(same_bits(applied(kernels::relu, x), applied(kernels::table().relu, x)));
}
