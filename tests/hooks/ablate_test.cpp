#include <tl/hooks/ablate.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using Catch::Matchers::Equals;
using tl::Dim;

namespace {
template <class P, class Tensor>
std::vector<float> applied(P policy, Tensor values, std::size_t rows) {
  const auto made = made_rows(rows, rows);
  policy.call(values.view(), tl::Context(0, P::ref.point, made));
  return values_of(values);
}
using Floats = std::vector<float>;
}  // namespace

TEST_CASE("ablate sets to zero: all, at positions, of some heads") {
  REQUIRE(applied(tl::ablate<"blocks.0.hook_mlp_out">(), counted<Residual>(2), 2) == Floats(8, 0.f));
  REQUIRE(applied(tl::ablate<"blocks.0.hook_mlp_out">().where(tl::not_first), counted<Residual>(2), 2) ==
          Floats{1, 2, 3, 4, 0, 0, 0, 0});
  REQUIRE(applied(tl::ablate<"blocks.0.attn.hook_z">({1}), counted<Z>(2), 2) ==
          Floats{1, 2, 0, 0, 5, 6, 7, 8, 0, 0, 11, 12});
  REQUIRE(applied(tl::ablate<"blocks.0.attn.hook_pattern">({1}), counted<Pattern>(2), 1) == Floats{1, 2, 0, 0});
}

TEST_CASE("ablate to a mean gives every row that value") {
  tl::Tensor<float, Dim<"d_model", 4>> mean;
  tl::fill(mean.view(), 7);
  REQUIRE(applied(tl::ablate<"blocks.0.hook_mlp_out">(mean.view()), counted<Residual>(2), 2) == Floats(8, 7.f));
  tl::Tensor<float, Dim<"head", 3>, Dim<"d_head", 2>> of_heads;
  for (std::size_t i = 0; i != 6; ++i) of_heads.data()[i] = -static_cast<float>(i);
  REQUIRE(applied(tl::ablate<"blocks.0.attn.hook_z">(of_heads.view()), counted<Z>(2), 2) ==
          Floats{0, -1, -2, -3, -4, -5, 0, -1, -2, -3, -4, -5});
  REQUIRE(applied(tl::ablate<"blocks.0.attn.hook_z">(of_heads.view(), {2}), counted<Z>(2), 2) ==
          Floats{1, 2, 3, 4, -4, -5, 7, 8, 9, 10, -4, -5});
}

TEST_CASE("a value of other run-time extents is refused") {
  tl::Tensor<float, Dim<"d_model">> mean(5);
  REQUIRE_THROWS_WITH(applied(tl::ablate<"blocks.0.hook_mlp_out">(mean.view()), counted<Residual>(1), 1),
                      Equals("the value for `blocks.0.hook_mlp_out` has 5 elements, and a row there has 4"));
  tl::Tensor<float, Dim<"head">, Dim<"d_head">> two_heads(2, 2);
  REQUIRE_THROWS_WITH(
      applied(tl::ablate<"blocks.0.attn.hook_z">(two_heads.view(), {2}), counted<Z>(1), 1),
      Equals(
          "what was given for head 2 at `blocks.0.attn.hook_z` has 4 elements over 2 heads, and a head there has 2"));
}

TEST_CASE("scale multiplies") {
  REQUIRE(applied(tl::scale<"blocks.0.hook_mlp_out">(2), counted<Residual>(1), 1) == Floats{2, 4, 6, 8});
  REQUIRE(applied(tl::scale<"blocks.0.attn.hook_z">(-1, {0}), counted<Z>(1), 1) == Floats{-1, -2, 3, 4, 5, 6});
}
