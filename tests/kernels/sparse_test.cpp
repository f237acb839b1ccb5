#include <tl/kernels/sparse.hpp>

#include "every_set.hpp"

namespace {

// Rows with 0 to 12 entries in 50 columns, not sorted.
struct Entries {
  std::vector<std::size_t> starts{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;

  explicit Entries(std::size_t rows) {
    std::mt19937 bits(7);
    for (std::size_t r = 0; r != rows; ++r) {
      for (std::size_t e = bits() % 13; e != 0; --e) columns.push_back(static_cast<std::uint32_t>(bits() % 50));
      starts.push_back(columns.size());
    }
    values = random_floats(columns.size(), 8);
  }
  kernels::SparseRows view() const { return {starts.data(), columns.data(), starts.size() - 1}; }
};

}  // namespace

TEST_CASE("sparse products are those of the dense matrices") {
  const Entries entries(100);
  for (const std::size_t n : {1u, 7u, 48u, 403u}) {
    const auto w = random_floats(50 * n, 1), x = random_floats(100 * n, 2), bias = random_floats(n, 3);
    FOR_EACH_SET(table) {
      CAPTURE(n);
      std::vector<float> y(100 * n), zero(100 * n), more, dots(entries.columns.size()), squares(100);
      table.sparse_linear_float(entries.view(), entries.values.data(), w.data(), n, bias.data(), 0, y.data(), 1);
      table.sparse_linear_float(entries.view(), entries.values.data(), w.data(), n, nullptr, 0, zero.data(), 1);
      more = zero;
      table.sparse_linear_float(entries.view(), entries.values.data(), w.data(), n, more.data(), n, more.data(), 1);
      table.sampled_dots(entries.view(), x.data(), w.data(), n, dots.data(), 1);
      table.row_dots(x.data(), x.data(), 100, n, squares.data(), 1);
      for (std::size_t r = 0; r != 100; ++r) {
        double square = 0;
        for (std::size_t c = 0; c != n; ++c) {
          double sum = 0;
          for (std::size_t e = entries.starts[r]; e != entries.starts[r + 1]; ++e)
            sum += double{entries.values[e]} * double{w[entries.columns[e] * n + c]};
          REQUIRE(y[r * n + c] == Approx(sum + double{bias[c]}).margin(1e-5));
          REQUIRE(zero[r * n + c] == Approx(sum).margin(1e-5));
          REQUIRE(more[r * n + c] == Approx(2 * sum).margin(1e-5));
          square += double{x[r * n + c]} * double{x[r * n + c]};
        }
        REQUIRE(squares[r] == Approx(square));
        for (std::size_t e = entries.starts[r]; e != entries.starts[r + 1]; ++e) {
          double dot = 0;
          for (std::size_t c = 0; c != n; ++c) dot += double{x[r * n + c]} * double{w[entries.columns[e] * n + c]};
          REQUIRE(dots[e] == Approx(dot).margin(1e-4));
        }
      }
    }
  }
}

TEST_CASE("the sparse product reads bfloat16") {
  const Entries entries(60);
  for (const std::size_t n : {1u, 7u, 48u, 403u}) {
    std::vector<tl::bf16> w;
    std::vector<float> same, from_bf16(60 * n), from_float(60 * n);
    for (const float value : random_floats(50 * n, 1)) {
      w.push_back(tl::to_bf16(value));
      same.push_back(w.back());
    }
    FOR_EACH_SET(table) {
      table.sparse_linear_bf16(entries.view(), entries.values.data(), w.data(), n, nullptr, 0, from_bf16.data(), 1);
      table.sparse_linear_float(entries.view(), entries.values.data(), same.data(), n, nullptr, 0, from_float.data(), 1);
      REQUIRE(same_bits(from_bf16, from_float));
    }
  }
}

TEST_CASE("sparse products on two threads have the bits of one") {
  constexpr std::size_t n = 768;
  const Entries entries(600);
  const auto w = random_floats(50 * n, 1), x = random_floats(600 * n, 2);
  std::vector<float> one(600 * n), two(600 * n), dots_one(entries.columns.size()), dots_two(entries.columns.size());
  kernels::sparse_linear(entries.view(), entries.values.data(), w.data(), n, nullptr, 0, one.data(), 1);
  kernels::sampled_dots(entries.view(), x.data(), w.data(), n, dots_one.data(), 1);
  REQUIRE(helped([&] {
    kernels::sparse_linear(entries.view(), entries.values.data(), w.data(), n, nullptr, 0, two.data(), 2);
    kernels::sampled_dots(entries.view(), x.data(), w.data(), n, dots_two.data(), 2);
  }));
  CHECK(same_bits(one, two));
  CHECK(same_bits(dots_one, dots_two));
}
