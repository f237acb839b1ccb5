#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"
#include "packed.hpp"

using kernels::Columns;
using kernels::Epilogue;
using kernels::KernelTable;
using kernels::LinearOutput;
using kernels::PackedMatrix;

namespace {

constexpr float untouched = -7;

// x, rounded for the matrix and multiplied by a table's kernels.
template <class S>
void multiply(const KernelTable& table, const float* x, std::size_t x_stride, std::size_t rows,
              const PackedMatrix<S>& w, const float* bias, const LinearOutput& out, Columns columns = {},
              int threads = 1) {
  tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::linear_scratch<S>(rows, w.depth()));
  const auto input = table.linear<S>().input(x, x_stride, rows, w, scratch.data(), threads);
  table.linear<S>().product(input, w, bias, out, columns, threads);
}

// A random product: x [rows, k] with a stride of its own, W packed, bias.
template <class S>
struct Problem {
  std::size_t rows, k, n, x_stride = k + 3;
  std::vector<float> x = random_floats(rows * x_stride, 1), bias = random_floats(n, 3);
  Packed<S> w;

  Problem(std::size_t rows_, std::size_t k_, std::size_t n_)
      : rows(rows_), k(k_), n(n_), w(random_floats(k * n, 2), k, n) {}

  std::vector<float> product(const KernelTable& table, int threads = 1, Epilogue epilogue = Epilogue::none,
                             float* sum = nullptr) const {
    std::vector<float> y(rows * n, untouched);
    multiply(table, x.data(), x_stride, rows, w.matrix(), bias.data(), {y.data(), n, epilogue, sum}, {}, threads);
    return y;
  }
  std::vector<float> row_alone(const KernelTable& table, std::size_t row) const {
    std::vector<float> y(n);
    multiply(table, x.data() + row * x_stride, x_stride, 1, w.matrix(), bias.data(), {y.data(), n});
    return y;
  }
};

// What rounding may do to a sum of products of magnitude 1: float and bf16 round once a term (without fused
// multiply-adds, a product as well), int8 the sum of integers, the two scales and their product.
template <class S>
float rounding(std::size_t k) {
  return 0x1p-24f * (std::same_as<S, tl::int8> ? 6 : static_cast<float>(k + 4));
}

}  // namespace

#define STORAGES float, tl::bf16, tl::int8

TEMPLATE_TEST_CASE("linear agrees with the reference for any shape, and touches no other column", "", STORAGES) {
  std::mt19937 draw(5);  // shapes
  FOR_EACH_SET(table) {
    for (int round = 0; round != 60; ++round) {
      const std::size_t rows = 1 + draw() % 40, k = 1 + draw() % (round % 10 ? 600 : 3000), n = 1 + draw() % 150,
                        y_stride = n + draw() % 4;
      const Problem<TestType> p(rows, k, n);
      Columns columns{draw() % n, 0};
      columns.last = columns.first + draw() % (n - columns.first + 1);
      if (round % 2) columns = {0, n};
      // Every third time some rows of W only, as a head of W_O is.
      const std::size_t first = round % 3 ? 0 : draw() % k, count = round % 3 ? k : draw() % (k - first + 1);
      const auto w = p.w.matrix().rows(first, count);
      const float* bias = round % 4 ? p.bias.data() : nullptr;
      std::vector<float> y(rows * y_stride, untouched), expected = y, magnitude = y;
      multiply(table, p.x.data(), p.x_stride, rows, w, bias, {y.data(), y_stride}, columns, 1 + round % 2);
      kernels::reference::linear(p.x.data(), p.x_stride, rows, w, bias, expected.data(), y_stride, columns,
                                 magnitude.data());
      for (std::size_t i = 0; i != y.size(); ++i) {
        CAPTURE(rows, k, n, first, count, columns.first, columns.last, i);
        const std::size_t c = i % y_stride;
        if (c >= columns.first && c < columns.last)
          REQUIRE(std::abs(y[i] - expected[i]) <= rounding<TestType>(count) * magnitude[i]);
        else REQUIRE(y[i] == untouched);
      }
    }
  }
}

TEMPLATE_TEST_CASE("a row has the same bits in every batch, and with every number of threads", "", STORAGES) {
  FOR_EACH_SET(table) {
    for (const auto& [rows, k, n] : std::vector<std::array<std::size_t, 3>>{
             {40, 1300, 96}, {13, 257, 33}, {7, 512, 130}, {33, 31, 1000}, {2, 64, 64}}) {
      CAPTURE(rows, k, n);
      const Problem<TestType> p(rows, k, n);
      const auto together = p.product(table);
      for (std::size_t row = 0; row != rows; ++row)
        REQUIRE(same_bits(p.row_alone(table, row).data(), together.data() + row * n, n));
      std::vector<float> shared;
      const auto with_two = [&] { shared = p.product(table, 2); };
      if (rows * k * n > 500'000) REQUIRE(helped(with_two));
      else with_two();
      REQUIRE(same_bits(shared, together));
      REQUIRE(same_bits(p.product(table, 5), together));
    }
  }
}

TEMPLATE_TEST_CASE("a range of columns has the bits of the whole, in one piece and in parts", "", STORAGES) {
  FOR_EACH_SET(table) {
    const Problem<TestType> p(14, 300, 150);
    for (const auto epilogue : {Epilogue::none, Epilogue::gelu_tanh, Epilogue::add}) {
      const std::vector<float> before(p.rows * p.n, 0.5f);
      auto whole_sum = before;
      const auto whole = p.product(table, 1, epilogue, whole_sum.data());
      for (const Columns columns : {Columns{0, 32}, {5, 9}, {30, 70}, {64, 150}, {149, 150}, {96, 97}, {20, 20}, {}})
        for (const std::size_t part : {7u, 32u, 50u, 64u, 150u, 1000u}) {
          CAPTURE(columns.first, columns.last, part);
          const std::size_t parts = (p.n + part - 1) / part, stride = part + 1, part_stride = p.rows * stride + 5;
          std::vector<float> y(parts * part_stride, untouched), sum(y.size(), 0.5f), y_expected = y, sum_expected = sum;
          multiply(table, p.x.data(), p.x_stride, p.rows, p.w.matrix(), p.bias.data(),
                   {y.data(), stride, epilogue, sum.data(), part, part_stride}, columns, 2);
          for (std::size_t r = 0; r != p.rows; ++r)
            for (std::size_t c = columns.first; c != std::min(columns.last, p.n); ++c) {
              y_expected[c / part * part_stride + r * stride + c % part] = whole[r * p.n + c];
              sum_expected[c / part * part_stride + r * stride + c % part] = whole_sum[r * p.n + c];
            }
          REQUIRE(same_bits(y, y_expected));
          REQUIRE(same_bits(sum, sum_expected));
        }
    }
  }
}

TEMPLATE_TEST_CASE("an epilogue has the bits of the kernel that would follow", "", STORAGES) {
  FOR_EACH_SET(table) {
    const Problem<TestType> p(29, 1100, 77);
    const auto plain = p.product(table);
    const auto expect = [&](Epilogue epilogue, const auto& kernel) {
      std::vector<float> after(plain.size());
      kernel(plain.data(), after.data(), plain.size(), 1);
      REQUIRE(same_bits(p.product(table, 2, epilogue), after));
      REQUIRE_FALSE(same_bits(plain, after));
    };
    expect(Epilogue::gelu_tanh, table.gelu_tanh);
    expect(Epilogue::gelu_exact, table.gelu_exact);
    expect(Epilogue::relu, table.relu);
    auto sum = random_floats(plain.size(), 9), expected = sum;
    table.add(expected.data(), plain.data(), expected.data(), plain.size(), 1);
    REQUIRE(same_bits(p.product(table, 2, Epilogue::add, sum.data()), plain));
    REQUIRE(same_bits(sum, expected));
  }
}

TEMPLATE_TEST_CASE("blocks of K go on with one chain; a sum of two chains would not have its bits", "", float,
                   tl::bf16) {
  FOR_EACH_SET(table) {
    const Problem<TestType> p(1, 1000, 64);  // several blocks
    const auto whole = p.row_alone(table, 0);
    const auto all = p.w.matrix();
    // A chain can be cut where a row of words ends.
    for (const std::size_t cut : {1u, 8u, 16u, 22u}) {
      const std::size_t k = cut * 32;
      std::vector<float> first(p.n), chained(p.n), second(p.n);
      multiply(table, p.x.data(), p.k, 1, all.rows(0, k), p.bias.data(), {first.data(), p.n});
      multiply(table, p.x.data() + k, p.k, 1, all.rows(k, p.k - k), first.data(), {chained.data(), p.n});
      REQUIRE(same_bits(chained, whole));
      // The planted violation: what a product that splits K for some number of rows would compute.
      multiply(table, p.x.data() + k, p.k, 1, all.rows(k, p.k - k), nullptr, {second.data(), p.n});
      for (std::size_t i = 0; i != p.n; ++i) second[i] += first[i];
      REQUIRE_FALSE(same_bits(second, whole));
    }
  }
}

TEST_CASE("int8 sums integers exactly, to the greatest K, and every set has the same") {
  const std::size_t k = 65'536, n = 3;
  for (const int sign : {1, -1}) {
    // The largest sums there are, of either sign, and one of steps that nearly cancel.
    std::vector<float> x(k), w(k * n);
    for (std::size_t i = 0; i != k; ++i) {
      x[i] = static_cast<float>(sign * 127);
      w[i * n] = 127;
      w[i * n + 1] = -127;
      w[i * n + 2] = i == 77 ? 127.f : i % 2 ? 3.f : -3.f;
    }
    const Packed<tl::int8> packed(w, k, n);
    REQUIRE(packed.matrix().scale[2] == 1);
    const auto least = static_cast<float>(sign) * 127;
    const std::vector<float> expected{least * 127 * 65'536, -least * 127 * 65'536, least * (127 - 3)};
    FOR_EACH_SET(table) {
      std::vector<float> y(n);
      multiply(table, x.data(), k, 1, packed.matrix(), nullptr, {y.data(), n});
      REQUIRE(y == expected);
    }
  }
  const Problem<tl::int8> p(9, 777, 65);
  const auto all = p.w.matrix();
  std::vector<float> expected;
  for (const auto set : kernels::available_instruction_sets()) {
    std::vector<float> y(p.rows * p.n);  // no bias: nothing is rounded after the product of the scales
    multiply(kernels::table(set), p.x.data(), p.x_stride, p.rows, all, nullptr, {y.data(), p.n});
    if (expected.empty()) expected = y;
    REQUIRE(same_bits(y, expected));
  }
}

TEMPLATE_TEST_CASE("a NaN or an infinity stays in its row; no rows of W, or a row of zeros, give the bias", "",
                   STORAGES) {
  FOR_EACH_SET(table) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      Problem<TestType> p(13, 40, 40);
      const auto clean = p.product(table);
      p.x[6 * p.x_stride + 17] = bad;
      p.x[6 * p.x_stride + 18] = -bad;
      const auto y = p.product(table);
      for (std::size_t i = 0; i != y.size(); ++i)
        REQUIRE((i / p.n == 6 ? !std::isfinite(y[i]) : same_bits(&y[i], &clean[i], 1)));
    }
    const Problem<TestType> p(1, 40, 40);
    std::vector<float> y(p.n);
    const std::vector<float> nothing(p.k);
    multiply(table, p.x.data(), p.x_stride, 1, p.w.matrix().rows(0, 0), p.bias.data(), {y.data(), p.n});
    REQUIRE(same_bits(y, p.bias));
    multiply(table, p.x.data(), p.x_stride, 1, p.w.matrix().rows(3, 0), p.bias.data(), {y.data(), p.n});
    REQUIRE(same_bits(y, p.bias));
    multiply(table, nothing.data(), p.k, 1, p.w.matrix(), p.bias.data(), {y.data(), p.n});
    REQUIRE(same_bits(y, p.bias));
  }
}

TEMPLATE_TEST_CASE("public linear is that of the table in use", "", STORAGES) {
  const Problem<TestType> p(5, 77, 45);
  std::vector<float> y(p.rows * p.n);
  tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::linear_scratch<TestType>(p.rows, p.w.matrix().depth()));
  const auto x = kernels::linear_input(p.x.data(), p.x_stride, p.rows, p.w.matrix(), scratch.data(), 2);
  kernels::linear(x, p.w.matrix(), p.bias.data(), {y.data(), p.n}, {}, 1);
  REQUIRE(same_bits(y, p.product(kernels::table())));
}
