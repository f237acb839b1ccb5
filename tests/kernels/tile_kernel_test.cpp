// The micro-kernel in tiles over a model of them, in the words of the instructions' documentation (Intel's Architecture
// Instruction Set Extensions reference, AMX): what is tested on a machine without AMX is the text that runs on one
// with.
#include <array>
#include <cmath>
#include <tl/kernels/linear-inl.hpp>
#include <tl/kernels/linear_input-inl.hpp>
#include <tl/kernels/reference.hpp>

#include "every_set.hpp"
#include "packed.hpp"

using kernels::LinearOutput;

namespace {

struct ModelTiles {
  using Tile = std::array<std::array<std::uint8_t, 64>, 16>;
  static inline int configured = 0, released = 0;
  bool ready = false;
  std::array<Tile, 8> tile{};
  kernels::simd::TileShapes shapes;

  void configure(const kernels::simd::TileShapes& wanted) {
    REQUIRE(wanted.palette == 1);
    for (int t = 0; t != 8; ++t) {
      REQUIRE(wanted.rows[t] <= 16);
      REQUIRE(wanted.row_bytes[t] <= 64);
    }
    shapes = wanted;
    tile = {};  // as the instruction does
    ready = true;
    ++configured;
  }
  void release() { ++released; }

  // Rows beyond a tile's become zero.
  template <int T>
  void load(const void* from, std::size_t stride) {
    REQUIRE((ready && shapes.rows[T] != 0));
    tile[T] = {};
    for (std::size_t row = 0; row != shapes.rows[T]; ++row)
      std::memcpy(tile[T][row].data(), static_cast<const char*>(from) + row * stride, shapes.row_bytes[T]);
  }
  template <int T>
  void store(void* to, std::size_t stride) const {
    REQUIRE((ready && shapes.rows[T] != 0));
    for (std::size_t row = 0; row != shapes.rows[T]; ++row)
      std::memcpy(static_cast<char*>(to) + row * stride, tile[T][row].data(), shapes.row_bytes[T]);
  }

  template <class Element>
  static Element element(const Tile& tile, std::size_t row, std::size_t at) {
    Element value;
    std::memcpy(&value, tile[row].data() + at * sizeof value, sizeof value);
    return value;
  }
  template <int Sum, int A, int B>
  void check_shapes() const {
    REQUIRE(shapes.rows[Sum] == shapes.rows[A]);
    REQUIRE(shapes.rows[B] == shapes.row_bytes[A] / 4);
    REQUIRE(shapes.row_bytes[Sum] == shapes.row_bytes[B]);
  }
  // TDPBF16PS: even and odd k summed apart, then both added to the sum.
  template <int Sum, int A, int B>
  void dot_bf16() {
    check_shapes<Sum, A, B>();
    for (std::size_t row = 0; row != shapes.rows[Sum]; ++row)
      for (std::size_t c = 0; c != 16; ++c) {
        float part[2] = {};
        for (std::size_t k = 0; k != 32; ++k)
          part[k % 2] = std::fma(float{element<tl::bf16>(tile[A], row, k)},
                                 float{element<tl::bf16>(tile[B], k / 2, 2 * c + k % 2)}, part[k % 2]);
        const float sum = element<float>(tile[Sum], row, c) + (part[0] + part[1]);
        std::memcpy(tile[Sum][row].data() + 4 * c, &sum, sizeof sum);
      }
  }
  // TDPBSUD: signed bytes of A by unsigned ones of B; sums wrap, which these must not need.
  template <int Sum, int A, int B>
  void dot_bytes() {
    check_shapes<Sum, A, B>();
    for (std::size_t row = 0; row != shapes.rows[Sum]; ++row)
      for (std::size_t c = 0; c != 16; ++c) {
        auto sum = element<std::int32_t>(tile[Sum], row, c);
        for (std::size_t k = 0; k != 64; ++k)
          sum += element<std::int8_t>(tile[A], row, k) * element<std::uint8_t>(tile[B], k / 4, 4 * c + k % 4);
        std::memcpy(tile[Sum][row].data() + 4 * c, &sum, sizeof sum);
      }
  }
};

// A set that has the model's tiles, and vectors that run anywhere.
struct modelled : kernels::simd::generic {
  using Tiles = ModelTiles;
};

template <class S>
std::vector<float> product(const std::vector<float>& x, std::size_t rows, const kernels::PackedMatrix<S>& w,
                           const float* bias, kernels::Columns columns = {}) {
  tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::linear_scratch<S>(rows, w.depth()));
  const auto input = kernels::detail::linear_input<modelled, S>(x.data(), x.size() / rows, rows, w, scratch.data(), 1);
  std::vector<float> y(rows * w.n, -7.f);
  kernels::detail::linear<modelled, S>(input, w, bias, {y.data(), w.n}, columns, 1);
  return y;
}

}  // namespace

TEMPLATE_TEST_CASE("the product in tiles agrees with the reference, and a row with itself alone", "", tl::bf16,
                   tl::int8) {
  std::mt19937 draw(5);
  for (int round = 0; round != 25; ++round) {
    const std::size_t rows = 1 + draw() % 70, k = 1 + draw() % (round % 5 ? 300 : 1500), n = 1 + draw() % 100;
    CAPTURE(rows, k, n);
    const auto x = random_floats(rows * k, 11), bias = random_floats(n, 12);
    const Packed<TestType> w(random_floats(k * n, 13), k, n);
    const kernels::Columns columns{round % 2 ? 0 : draw() % n, n};
    const auto y = product<TestType>(x, rows, w.matrix(), bias.data(), columns);
    std::vector<float> expected(rows * n, -7.f), magnitude(rows * n);
    kernels::reference::linear(x.data(), k, rows, w.matrix(), bias.data(), expected.data(), n, columns,
                               magnitude.data());
    // bf16: a rounding for each k, and two more for every 32.
    const float roundings = std::same_as<TestType, tl::int8> ? 6.f : static_cast<float>(k + k / 16 + 8);
    for (std::size_t i = 0; i != y.size(); ++i)
      REQUIRE(std::abs(y[i] - expected[i]) <= 0x1p-24f * roundings * magnitude[i]);
    for (const std::size_t row : {std::size_t{0}, rows / 2, rows - 1}) {
      const std::vector<float> alone(x.begin() + static_cast<std::ptrdiff_t>(row * k),
                                     x.begin() + static_cast<std::ptrdiff_t>((row + 1) * k));
      const auto of_row = product<TestType>(alone, 1, w.matrix(), bias.data(), columns);
      REQUIRE(same_bits(of_row.data(), y.data() + row * n, n));
    }
  }
  REQUIRE(ModelTiles::configured != 0);
}

TEST_CASE("int8 in tiles has the bits of every other set") {
  const std::size_t rows = 37, k = 1100, n = 50;
  const auto x = random_floats(rows * k, 14);
  const Packed<tl::int8> w(random_floats(k * n, 15), k, n);
  const auto y = product<tl::int8>(x, rows, w.matrix(), nullptr);
  FOR_EACH_SET(table) {
    tl::Tensor<float, tl::Dim<"scratch">> scratch(kernels::linear_scratch<tl::int8>(rows, w.matrix().depth()));
    std::vector<float> expected(y.size());
    const auto input = table.linear_int8.input(x.data(), k, rows, w.matrix(), scratch.data(), 1);
    table.linear_int8.product(input, w.matrix(), nullptr, {expected.data(), n}, {}, 1);
    REQUIRE(same_bits(y, expected));
  }
}

TEST_CASE("tiles are given back after every block of rows") {
  const auto released = ModelTiles::released;
  const Packed<tl::bf16> w(random_floats(64 * 32, 16), 64, 32);
  product<tl::bf16>(random_floats(64, 17), 1, w.matrix(), nullptr);
  REQUIRE(ModelTiles::released == released + 1);
}
