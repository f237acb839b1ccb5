#include <tl/model/random_source.hpp>

#include <array>
#include <vector>
#include "../catch.hpp"

using namespace tl;

TEST_CASE("random weights depend on seed and name alone, and have the deviation asked for") {
  const std::array<std::size_t, 2> shape{100, 200};
  std::vector<float> a(20000), b(20000), c(20000), d(20000);
  RandomSource(1, 0.5f).read("h.0.attn.c_attn.weight", shape, a.data());
  RandomSource(1, 0.5f).read("h.0.attn.c_attn.weight", shape, b.data());
  RandomSource(2, 0.5f).read("h.0.attn.c_attn.weight", shape, c.data());
  RandomSource(1, 0.5f).read("h.0.ln_1.weight", shape, d.data());
  CHECK((a == b));
  CHECK((a != c));
  double sum = 0, squares = 0, of_norm = 0;
  for (float x : a) sum += static_cast<double>(x), squares += static_cast<double>(x) * static_cast<double>(x);
  for (float x : d) of_norm += static_cast<double>(x);
  CHECK(sum / 20000 == Approx(0).margin(0.02));
  CHECK(squares / 20000 == Approx(0.25).margin(0.01));
  CHECK(of_norm / 20000 == Approx(1).margin(0.02));
}
