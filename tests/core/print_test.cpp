#include <cstdint>
#include <numeric>
#include <sstream>
#include <tl/core/print.hpp>

#include "../catch.hpp"

using tl::Dim;
using tl::Tensor;

TEST_CASE("a tensor prints as its names and sizes") {
  const Tensor<float, Dim<"pos">, Dim<"d_model", 768>> tensor(5);
  REQUIRE(tl::to_string(tensor) == "Tensor<float>[pos=5, d_model=768]");
  REQUIRE(tl::to_string(tensor.view()) == "Tensor<float>[pos=5, d_model=768]");
  REQUIRE(tl::to_string(tensor.shape()) == "[pos=5, d_model=768]");
  REQUIRE(tl::to_string(Tensor<std::int32_t, Dim<"pos", 3>>{}) == "Tensor<int32>[pos=3]");
  REQUIRE(tl::to_string(Tensor<std::uint8_t>{}) == "Tensor<uint8>[]");
  std::ostringstream out;
  out << tensor << tensor.view() << tensor.shape();
  REQUIRE(out.str() == "Tensor<float>[pos=5, d_model=768]Tensor<float>[pos=5, d_model=768][pos=5, d_model=768]");
}

TEST_CASE("values are aligned and nested by dimension") {
  Tensor<float, Dim<"pos">, Dim<"d_model", 2>> tensor(2);
  tensor(0, 0) = 1;
  tensor(0, 1) = -2.5f;
  tensor(1, 0) = 1e-6f;
  REQUIRE(tl::values_to_string(tensor) ==
          "[[    1,  -2.5],\n"
          " [1e-06,     0]]");
}

TEST_CASE("long dimensions are shown by their ends") {
  Tensor<std::int32_t, Dim<"pos">> line(9);
  std::iota(line.values().begin(), line.values().end(), 0);
  REQUIRE(tl::values_to_string(line) == "[0, 1, 2, ..., 6, 7, 8]");
  REQUIRE(tl::values_to_string(line.view().rows(0, 6)) == "[0, 1, 2, 3, 4, 5]");
  REQUIRE(tl::values_to_string(line, 1) == "[0, ..., 8]");

  Tensor<std::int32_t, Dim<"head">, Dim<"pos">, Dim<"d_head">> cube(2, 3, 1);
  REQUIRE(tl::values_to_string(cube, 1) ==
          "[[[0],\n"
          "  ...,\n"
          "  [0]],\n"
          " [[0],\n"
          "  ...,\n"
          "  [0]]]");
}

TEST_CASE("a scalar and an empty tensor print") {
  Tensor<float> scalar;
  scalar() = 3;
  REQUIRE(tl::values_to_string(scalar) == "3");
  REQUIRE(tl::values_to_string(Tensor<float, Dim<"pos">>(0)) == "[]");
}
