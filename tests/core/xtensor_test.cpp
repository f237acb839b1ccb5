#include <tl/core/xtensor.hpp>
#include <type_traits>
#include <xtensor/xmath.hpp>
#include <xtensor/xview.hpp>

#include "../catch.hpp"

using tl::Dim;
using tl::Tensor;

namespace {
template <class T>
concept HasXtensor = requires(T&& tensor) {
  {tl::as_xtensor(std::forward<T>(tensor)).shape()};
};
}  // namespace

TEMPLATE_TEST_CASE("an expression shares the tensor's memory and shape", "",
                   (Tensor<float, Dim<"pos">, Dim<"d_model", 3>>), (Tensor<float, Dim<"pos", 2>, Dim<"d_model", 3>>)) {
  TestType tensor(typename TestType::shape_type(TestType::shape_type::of({2, 3})));
  auto expression = tl::as_xtensor(tensor);
  REQUIRE(expression.dimension() == 2);
  REQUIRE(expression.shape()[0] == 2);
  REQUIRE(expression.shape()[1] == 3);
  xt::view(expression, 1, xt::all()) = 4;
  REQUIRE(tensor(0, 2) == 0);
  REQUIRE(tensor(1, 2) == 4);
  REQUIRE(xt::sum(expression)() == 12);
  tl::as_xtensor(tensor.view())(0, 0) = 1;
  REQUIRE(tensor(0, 0) == 1);
}

TEST_CASE("a const tensor gives an expression that cannot be written") {
  Tensor<float, Dim<"pos">, Dim<"d_model", 3>> open(2);
  Tensor<float, Dim<"d_model", 3>> fixed;
  open(1, 1) = 5;
  fixed(2) = 7;
  auto from_open = tl::as_xtensor(std::as_const(open));
  auto from_fixed = tl::as_xtensor(std::as_const(fixed).view());
  STATIC_REQUIRE(std::is_same_v<decltype(from_open(0, 0)), const float&>);
  STATIC_REQUIRE(std::is_same_v<decltype(from_fixed(0)), const float&>);
  REQUIRE(xt::amax(from_open)() == 5);
  REQUIRE(xt::sum(from_fixed)() == 7);
}

TEST_CASE("a temporary tensor gives none, for its memory would be gone") {
  STATIC_REQUIRE(HasXtensor<Tensor<float, Dim<"pos">>&>);
  STATIC_REQUIRE_FALSE(HasXtensor<Tensor<float, Dim<"pos">>>);
}
