// exp and erf in units of the last place, of the set that every machine has; the others share the text and are held to
// their callers' bounds in elementwise_test.cpp and softmax_test.cpp.
#include <cmath>
#include <tl/kernels/math-inl.hpp>

#include "every_set.hpp"

namespace simd = tl::kernels::simd;

namespace {

template <class F>
double worst_ulp(const std::vector<float>& x, F f, long double (*exact)(long double)) {
  constexpr std::size_t width = simd::width<simd::generic>;
  double worst = 0;
  for (std::size_t i = 0; i + width <= x.size(); i += width) {
    float y[width];
    simd::store(y, f(simd::load<simd::generic>(x.data() + i)));
    for (std::size_t lane = 0; lane != width; ++lane) {
      const long double truth = exact(x[i + lane]);
      const auto rounded = static_cast<float>(std::fabs(truth));
      const double unit = std::nextafter(rounded, INFINITY) - rounded;
      worst = std::fmax(worst, static_cast<double>(std::fabs(y[lane] - truth)) / unit);
    }
  }
  return worst;
}

const auto vector_exp = [](auto v) { return simd::exp(v); };
const auto vector_erf = [](auto v) { return simd::erf(v); };
long double exact_exp(long double x) { return std::exp(x); }
long double exact_erf(long double x) { return std::erf(x); }

}  // namespace

TEST_CASE("exp is within 2 units of the last place, subnormal results included") {
  REQUIRE(worst_ulp(random_floats(100'000, 20, -1, 1), vector_exp, exact_exp) < 1.5);
  REQUIRE(worst_ulp(random_floats(100'000, 21, -87, 88.7f), vector_exp, exact_exp) < 2);
  REQUIRE(worst_ulp(random_floats(10'000, 22, -104, -87), vector_exp, exact_exp) < 2);
}

TEST_CASE("erf is within 3 units of the last place") {
  REQUIRE(worst_ulp(random_floats(100'000, 23, -1, 1), vector_erf, exact_erf) < 3);
  REQUIRE(worst_ulp(random_floats(100'000, 24, -6, 6), vector_erf, exact_erf) < 3);
  REQUIRE(worst_ulp(random_floats(10'000, 25, -1e-6f, 1e-6f), vector_erf, exact_erf) < 3);
}

TEST_CASE("exp at its ends") {
  const float inf = std::numeric_limits<float>::infinity();
  const float x[] = {-inf, -200, inf, 89, std::nanf(""), 0, -0.f, 200};
  float y[8];
  for (std::size_t i = 0; i != 8; i += simd::width<simd::generic>)
    simd::store(y + i, simd::exp(simd::load<simd::generic>(x + i)));
  REQUIRE((y[0] == 0 && y[1] == 0 && y[2] == inf && y[3] == inf && std::isnan(y[4])));
  REQUIRE((y[5] == 1 && y[6] == 1 && y[7] == inf));
}
