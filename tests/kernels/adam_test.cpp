#include <cmath>
#include <tl/kernels/adam.hpp>

#include "every_set.hpp"

TEST_CASE("a step of Adam is the formula's, on any number of threads") {
  constexpr std::size_t n = 40'003;
  const auto g = random_floats(n, 1), m0 = random_floats(n, 2), v0 = random_floats(n, 3, 0, 1),
             w0 = random_floats(n, 4);
  const kernels::AdamFactors f{.5f, .9f, .999f, 1e-8f, 1e-2f, 1.25f};
  FOR_EACH_SET(table) {
    auto m = m0, v = v0, w = w0;
    table.adam(f, g.data(), m.data(), v.data(), w.data(), n, 1);
    for (std::size_t i = 0; i != n; ++i) {
      const double gradient = double{g[i]} / 2, first = .9 * double{m0[i]} + .1 * gradient,
                   second = .999 * double{v0[i]} + .001 * gradient * gradient;
      REQUIRE(m[i] == Approx(first).margin(1e-6));
      REQUIRE(v[i] == Approx(second).margin(1e-6));
      REQUIRE(w[i] == Approx(double{w0[i]} - 1e-2 * first / (1.25 * std::sqrt(second) + 1e-8)).margin(1e-5));
    }
    auto m2 = m0, v2 = v0, w2 = w0;
    table.adam(f, g.data(), m2.data(), v2.data(), w2.data(), n, 2);
    CHECK(same_bits(m, m2));
    CHECK(same_bits(v, v2));
    CHECK(same_bits(w, w2));
  }
}
