#include <tl/kernels/packed_matrix.hpp>

#include "every_set.hpp"

using kernels::PackedMatrix;

TEMPLATE_TEST_CASE("packing keeps every element as the storage has it, and pads with zeros", "", float, tl::bf16,
                   tl::int8) {
  using S = TestType;
  const std::size_t k = GENERATE(1u, 21u, 64u, 65u), n = GENERATE(1u, 31u, 32u, 33u, 100u), stride = n + 5;
  auto w = random_floats(k * stride, 4);
  if (n > 20) w[17] = 1e-40f;
  for (std::size_t row = 0; row != k && n > 8; ++row) w[row * stride + 8] = 0;  // a column without a scale
  std::vector<float> transposed(n * k);
  for (std::size_t row = 0; row != k; ++row)
    for (std::size_t c = 0; c != n; ++c) transposed[c * k + row] = w[row * stride + c];

  std::vector<S> panels(kernels::packed_size<S>(k, n)), from_transposed = panels;
  std::vector<float> scale((n + 31) / 32 * 32), scale_of_transposed = scale;  // zeros after n
  kernels::pack(w.data(), stride, 1, k, n, panels.data(), scale.data(), 2);
  kernels::pack(transposed.data(), 1, k, k, n, from_transposed.data(), scale_of_transposed.data(), 1);
  REQUIRE(std::memcmp(panels.data(), from_transposed.data(), panels.size() * sizeof(S)) == 0);
  REQUIRE(same_bits(scale, scale_of_transposed));

  const PackedMatrix<S> matrix{panels.data(), k, n, scale.data()};
  REQUIRE(matrix.depth() == kernels::panel_rows<S>(k));
  for (std::size_t row = 0; row != matrix.depth(); ++row)
    for (std::size_t c = 0; c != scale.size(); ++c) {
      const float value = row < k && c < n ? w[row * stride + c] : 0;
      CAPTURE(row, c, value);
      if constexpr (std::same_as<S, float>) REQUIRE(matrix(row, c) == value);
      else if constexpr (std::same_as<S, tl::bf16>) REQUIRE(matrix(row, c) == tl::to_bf16(value));
      else REQUIRE(std::abs(matrix(row, c) - value) <= scale[c] * 0.5001f + 1e-36f);
    }
  if constexpr (std::same_as<S, tl::int8>)
    for (std::size_t c = 0; c != n; ++c) {
      float largest = 0;
      for (std::size_t row = 0; row != k; ++row) largest = std::max(largest, std::abs(w[row * stride + c]));
      REQUIRE(scale[c] == tl::int8_step(largest));
    }
}

TEMPLATE_TEST_CASE("rows of a matrix begin anywhere", "", float, tl::bf16, tl::int8) {
  using S = TestType;
  const std::size_t k = 150, n = 40;
  std::vector<S> panels(kernels::packed_size<S>(k, n));
  std::vector<float> scale(n);
  kernels::pack(random_floats(k * n, 6).data(), n, 1, k, n, panels.data(), scale.data(), 1);
  const PackedMatrix<S> matrix{panels.data(), k, n, scale.data()};
  for (const std::size_t first : {0u, 17u, 64u, 149u}) {
    const auto some = matrix.rows(first, k - first), fewer = some.rows(1, k - first - 1);
    REQUIRE(some.skip < kernels::panel_depth<S>);
    REQUIRE(some.depth() == kernels::panel_rows<S>(some.skip + some.k));
    for (std::size_t row = 0; row != some.k; ++row)
      for (std::size_t c = 0; c != n; ++c) {
        REQUIRE(some(row, c) == matrix(first + row, c));
        if (row != 0) REQUIRE(fewer(row - 1, c) == some(row, c));
      }
  }
}
