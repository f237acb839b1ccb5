#include <tl/core/tensor.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"

using kernels::Columns;
using kernels::PackedMatrix;
using kernels::panel_width;

namespace {

// A random product: x [rows, k] with a stride of its own, W packed, bias.
struct Problem {
  std::size_t rows, k, n, x_stride = k + 3;
  std::vector<float> x = random_floats(rows * x_stride, 1), w = random_floats(k * n, 2), bias = random_floats(n, 3);
  tl::Tensor<float, tl::Dim<"panels">> panels{kernels::packed_size(k, n)};

  Problem(std::size_t rows_, std::size_t k_, std::size_t n_) : rows(rows_), k(k_), n(n_) {
    kernels::pack(w.data(), n, k, n, panels.data(), 1);
  }
  PackedMatrix matrix() const { return {panels.data(), k, n}; }

  std::vector<float> product(const kernels::KernelTable& table, int threads = 1) const {
    std::vector<float> y(rows * n, -7.f);
    table.linear(x.data(), x_stride, rows, matrix(), bias.data(), y.data(), n, {0, n}, threads);
    return y;
  }
  std::vector<float> row_alone(const kernels::KernelTable& table, std::size_t row) const {
    std::vector<float> y(n);
    table.linear(x.data() + row * x_stride, x_stride, 1, matrix(), bias.data(), y.data(), n, {0, n}, 1);
    return y;
  }
};

}  // namespace

TEST_CASE("packing keeps every element, pads with zeros, and both sources give the same panels") {
  const std::size_t k = 21, n = GENERATE(1u, 31u, 32u, 33u, 100u), stride = n + 5;
  const auto w = random_floats(k * stride, 4);
  std::vector<float> transposed(n * k);
  for (std::size_t row = 0; row != k; ++row)
    for (std::size_t c = 0; c != n; ++c) transposed[c * k + row] = w[row * stride + c];
  std::vector<float> panels(kernels::packed_size(k, n), -1.f), from_transposed = panels;
  kernels::pack(w.data(), stride, k, n, panels.data(), 2);
  kernels::pack_transposed(transposed.data(), k, n, from_transposed.data(), 2);
  REQUIRE(same_bits(panels, from_transposed));
  const PackedMatrix matrix{panels.data(), k, n};
  for (std::size_t row = 0; row != k; ++row)
    for (std::size_t c = 0; c != (n + 31) / 32 * 32; ++c)
      REQUIRE(matrix(row, c) == (c < n ? w[row * stride + c] : 0.f));
}

TEST_CASE("linear agrees with the reference for any shape, and touches no other column") {
  std::mt19937 draw(5);  // shapes
  FOR_EACH_SET(table) {
    for (int round = 0; round != 60; ++round) {
      const std::size_t rows = 1 + draw() % 30, k = 1 + draw() % 600, n = 1 + draw() % 150, y_stride = n + draw() % 4;
      const Problem p(rows, k, n);
      Columns columns{draw() % n, 0};
      columns.last = columns.first + draw() % (n - columns.first + 1);
      if (round % 2) columns = {0, n};
      const float* bias = round % 3 ? p.bias.data() : nullptr;
      std::vector<float> y(rows * y_stride, -7.f), expected = y, magnitude = y;
      table.linear(p.x.data(), p.x_stride, rows, p.matrix(), bias, y.data(), y_stride, columns, 1 + round % 2);
      kernels::reference::linear(p.x.data(), p.x_stride, rows, p.matrix(), bias, expected.data(), y_stride, columns);
      for (std::size_t i = 0; i != y.size(); ++i) {
        CAPTURE(rows, k, n, columns.first, columns.last, i);
        const std::size_t c = i % y_stride;
        if (c >= columns.first && c < columns.last)
          REQUIRE(std::abs(y[i] - expected[i]) <= 2e-7f * static_cast<float>(k) + 1e-6f);
        else REQUIRE(y[i] == -7.f);
      }
    }
  }
}

TEST_CASE("a row of a product has the same bits in every batch, and with every number of threads") {
  FOR_EACH_SET(table) {
    for (const auto& [rows, k, n] :
         std::vector<std::array<std::size_t, 3>>{{40, 700, 96}, {13, 257, 33}, {7, 512, 130}, {25, 31, 1000}}) {
      CAPTURE(rows, k, n);
      const Problem p(rows, k, n);
      const auto together = p.product(table);
      for (std::size_t row = 0; row != rows; ++row)
        REQUIRE(same_bits(p.row_alone(table, row).data(), together.data() + row * n, n));
      std::vector<float> shared;
      REQUIRE(helped([&] { shared = p.product(table, 2); }) == has_threads);
      REQUIRE(same_bits(shared, together));
      REQUIRE(same_bits(p.product(table, 5), together));
    }
  }
}

TEST_CASE("a range of columns has the bits of the whole") {
  FOR_EACH_SET(table) {
    const Problem p(14, 300, 150);
    const auto whole = p.product(table);
    for (const Columns columns : {Columns{0, 32}, {5, 9}, {30, 70}, {64, 150}, {149, 150}, {96, 97}, {20, 20}}) {
      std::vector<float> y(p.rows * p.n, -7.f);
      table.linear(p.x.data(), p.x_stride, p.rows, p.matrix(), p.bias.data(), y.data(), p.n, columns, 2);
      for (std::size_t i = 0; i != y.size(); ++i) {
        const bool wanted = i % p.n >= columns.first && i % p.n < columns.last;
        REQUIRE(same_bits(&y[i], wanted ? &whole[i] : std::vector<float>{-7.f}.data(), 1));
      }
    }
  }
}

TEST_CASE("blocks of K go on with one chain; a sum of two chains would not have its bits") {
  FOR_EACH_SET(table) {
    const Problem p(1, 1000, 64);  // four blocks
    const auto whole = p.row_alone(table, 0);
    for (const std::size_t cut : {1u, 255u, 256u, 700u}) {
      const PackedMatrix head = p.matrix().rows(0, cut), tail = p.matrix().rows(cut, p.k - cut);
      std::vector<float> first(p.n), chained(p.n), second(p.n);
      table.linear(p.x.data(), p.k, 1, head, p.bias.data(), first.data(), p.n, {0, p.n}, 1);
      table.linear(p.x.data() + cut, p.k, 1, tail, first.data(), chained.data(), p.n, {0, p.n}, 1);
      REQUIRE(same_bits(chained, whole));
      // The planted violation: what a product that splits K for some number of rows would compute.
      table.linear(p.x.data() + cut, p.k, 1, tail, nullptr, second.data(), p.n, {0, p.n}, 1);
      for (std::size_t i = 0; i != p.n; ++i) second[i] += first[i];
      if (cut != 1) REQUIRE_FALSE(same_bits(second, whole));
    }
  }
}

TEST_CASE("a NaN stays in its row, and a matrix without rows gives the bias") {
  FOR_EACH_SET(table) {
    Problem p(13, 40, 40);
    const auto clean = p.product(table);
    p.x[6 * p.x_stride + 17] = std::numeric_limits<float>::quiet_NaN();
    const auto y = p.product(table);
    for (std::size_t row = 0; row != p.rows; ++row)
      for (std::size_t c = 0; c != p.n; ++c)
        REQUIRE((row == 6 ? std::isnan(y[row * p.n + c]) : same_bits(&y[row * p.n + c], &clean[row * p.n + c], 1)));

    std::vector<float> only_bias(p.n);
    table.linear(p.x.data(), p.x_stride, 1, p.matrix().rows(0, 0), p.bias.data(), only_bias.data(), p.n, {0, p.n}, 1);
    REQUIRE(same_bits(only_bias, p.bias));
  }
}

TEST_CASE("public linear is that of the table in use") {
  const Problem p(5, 77, 45);
  std::vector<float> y(p.rows * p.n), range = y;
  kernels::linear(p.x.data(), p.x_stride, p.rows, p.matrix(), p.bias.data(), y.data(), p.n, 1);
  kernels::linear(p.x.data(), p.x_stride, p.rows, p.matrix(), p.bias.data(), range.data(), p.n, {0, p.n}, 2);
  REQUIRE(same_bits(y, p.product(kernels::table())));
  REQUIRE(same_bits(range, y));
}
