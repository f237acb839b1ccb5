#include <cstdint>
#include <numeric>
#include <tl/core/tensor.hpp>

#include "../catch.hpp"

using tl::Dim;
using tl::Tensor;
using tl::TensorView;

namespace {
// 3 x 2 x 4, element i = i.
Tensor<float, Dim<"pos">, Dim<"head", 2>, Dim<"d_head">> counted() {
  Tensor<float, Dim<"pos">, Dim<"head", 2>, Dim<"d_head">> tensor(3, 4);
  std::iota(tensor.values().begin(), tensor.values().end(), 0.f);
  return tensor;
}
}  // namespace

TEST_CASE("a tensor owns zeroed, aligned elements") {
  const Tensor<float, Dim<"pos">, Dim<"d_model", 5>> tensor(7);
  REQUIRE(tensor.size() == 35);
  REQUIRE(tensor.extent<"pos">() == 7);
  REQUIRE(tensor.extent<"d_model">() == 5);
  REQUIRE(reinterpret_cast<std::uintptr_t>(tensor.data()) % tl::cache_line == 0);
  for (const float value : tensor.values()) REQUIRE(value == 0);
}

TEST_CASE("indexing is row-major") {
  auto tensor = counted();
  REQUIRE(tensor(0, 0, 0) == 0);
  REQUIRE(tensor(2, 1, 3) == 23);
  REQUIRE(tensor(1, 0, 2) == 10);
  tensor(1, 0, 2) = -1;
  REQUIRE(tensor.data()[10] == -1);
}

TEST_CASE("fewer indices give the view over the rest, with its names") {
  const auto tensor = counted();
  const TensorView<const float, Dim<"head", 2>, Dim<"d_head">> position = tensor(1);
  REQUIRE(position.data() == tensor.data() + 8);
  REQUIRE(position.extent<"d_head">() == 4);
  REQUIRE(position(1)(3) == 15);
  REQUIRE(tensor(2, 1).size() == 4);
}

TEST_CASE("rows are a range of the leading dimension") {
  auto tensor = counted();
  const auto rows = tensor.view().rows(1, 2);
  REQUIRE(rows.extent<"pos">() == 2);
  REQUIRE(rows(0, 0, 0) == 8);
  REQUIRE(rows.values().back() == 23);
  REQUIRE(tensor.view().rows(3, 0).size() == 0);
  Tensor<float, Dim<"pos">, Dim<"d_model", 4>> empty(0);
  REQUIRE(empty.view().rows(0, 0).size() == 0);
}

TEST_CASE("views convert between static and run-time extents and share the memory") {
  Tensor<float, Dim<"pos", 2>, Dim<"d_model", 3>> fixed;
  TensorView<float, Dim<"pos">, Dim<"d_model", 3>> open = fixed.view();
  open(1, 2) = 5;
  REQUIRE(fixed(1, 2) == 5);
  const TensorView<const float, Dim<"pos", 2>, Dim<"d_model">> again = open;
  REQUIRE(again(1, 2) == 5);
  REQUIRE(again.extent<"d_model">() == 3);
}

TEST_CASE("a moved tensor takes its elements along") {
  auto first = counted();
  const float* data = first.data();
  const auto second = std::move(first);
  REQUIRE(second.data() == data);
  REQUIRE(second(2, 1, 3) == 23);
}

TEST_CASE("fill and clone") {
  auto tensor = counted();
  auto copy = clone(std::as_const(tensor).view());
  tl::fill(tensor(0), 9);
  REQUIRE(tensor(0, 1, 3) == 9);
  REQUIRE(tensor(1, 0, 0) == 8);
  REQUIRE(copy(0, 1, 3) == 7);
  copy(0, 0, 0) = 1;
  REQUIRE(tensor(0, 0, 0) == 9);
}

TEST_CASE("a tensor of no dimensions is a scalar") {
  Tensor<float> scalar;
  scalar() = 3;
  REQUIRE(scalar.size() == 1);
  REQUIRE(scalar.view()() == 3);
}

TEST_CASE("integers make tensors too") {
  Tensor<std::int32_t, Dim<"pos">> tokens(2);
  tokens(1) = 50256;
  REQUIRE(tokens.values()[1] == 50256);
}

TEST_CASE("the values of a temporary live as long as one looks at them") {
  const auto made = [] {
    tl::Tensor<float, tl::Dim<"pos">> x(3);
    x(1) = 5;
    return x;
  };
  float sum = 0;
  for (const float value : made().values()) sum += value;
  REQUIRE(sum == 5);
  REQUIRE(made().values()[1] == 5);
}
