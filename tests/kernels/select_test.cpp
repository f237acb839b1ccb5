#include <cmath>
#include <limits>
#include <tl/kernels/select.hpp>

#include "every_set.hpp"

namespace {

struct Selected {
  std::vector<std::uint32_t> indices;
  std::vector<float> values;
  bool operator==(const Selected&) const = default;
};
Selected selected(const kernels::KernelTable& table, const std::vector<float>& x, const kernels::Selection& how,
                  std::uint32_t first = 0) {
  Selected out{std::vector<std::uint32_t>(x.size() + kernels::select_slack),
               std::vector<float>(x.size() + kernels::select_slack)};
  const std::size_t count = table.select(x.data(), x.size(), how, first, out.indices.data(), out.values.data());
  out.indices.resize(count);
  out.values.resize(count);
  return out;
}

}  // namespace

TEST_CASE("select keeps what is above the floor and above its own threshold, in order") {
  FOR_EACH_SET(table) {
    for (const std::size_t n : {0u, 1u, 7u, 16u, 33u, 1000u}) {
      const auto x = random_floats(n, 1), threshold = random_floats(n, 2), scale = random_floats(n, 3),
                 shift = random_floats(n, 4);
      Selected plain, above, scaled;
      for (std::size_t i = 0; i != n; ++i) {
        const auto index = static_cast<std::uint32_t>(i + 5);
        const float v = std::fma(x[i], scale[i], shift[i]);
        if (x[i] > 0) plain.indices.push_back(index), plain.values.push_back(x[i]);
        if (x[i] > 0 && x[i] > threshold[i]) above.indices.push_back(index), above.values.push_back(x[i]);
        if (v > 0.25f && x[i] > threshold[i]) scaled.indices.push_back(index), scaled.values.push_back(v);
      }
      REQUIRE(selected(table, x, {}, 5) == plain);
      REQUIRE(selected(table, x, {threshold.data()}, 5) == above);
      const Selected got = selected(table, x, {threshold.data(), scale.data(), shift.data(), 0.25f}, 5);
      REQUIRE(got.indices == scaled.indices);
      for (std::size_t i = 0; i != got.values.size(); ++i) REQUIRE(got.values[i] == Approx(scaled.values[i]).margin(1e-6));
    }
  }
}

TEST_CASE("select takes no zero and every NaN") {
  FOR_EACH_SET(table) {
    const float nan = std::nanf("");
    const Selected got = selected(table, {0, -0.f, nan, -1, 2, std::numeric_limits<float>::infinity()}, {});
    REQUIRE(got.indices == std::vector<std::uint32_t>{2, 4, 5});
    REQUIRE(std::isnan(got.values[0]));
  }
}
