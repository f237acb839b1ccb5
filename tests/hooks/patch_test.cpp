#include <tl/hooks/patch.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using Catch::Matchers::Equals;
using tl::Dim;
using Floats = std::vector<float>;

namespace {
// Applied to `values` at positions first, first + 1, ... of a long prompt.
template <class P, class Tensor>
Floats applied(P policy, Tensor values, std::size_t rows, std::size_t first = 0) {
  const auto made = made_rows(rows, 100, first);
  policy.call(values.view(), tl::Context(0, P::ref.point, made));
  return values_of(values);
}
using Source = tl::Tensor<float, Dim<"pos">, Dim<"d_model", 4>>;
using ZSource = tl::Tensor<float, Dim<"pos">, Dim<"head", 3>, Dim<"d_head", 2>>;
using PatternSource = tl::Tensor<float, Dim<"head", 2>, Dim<"pos">, Dim<"key_pos">>;
}  // namespace

TEST_CASE("each row takes the values of its own position") {
  const auto source = counted<Source>(3, -12);
  REQUIRE(applied(tl::patch<"blocks.0.hook_resid_pre">(source.view()), counted<Residual>(2), 2, 1) ==
          Floats{-8, -7, -6, -5, -4, -3, -2, -1});
  REQUIRE(applied(tl::patch<"blocks.0.hook_resid_pre">(source.view()).where(tl::at{1}), counted<Residual>(2), 2) ==
          Floats{1, 2, 3, 4, -8, -7, -6, -5});
}

TEST_CASE("single heads are patched") {
  const auto source = counted<ZSource>(1, -6);
  REQUIRE(applied(tl::patch<"blocks.0.attn.hook_z">(source.view()), counted<Z>(1), 1) ==
          Floats{-6, -5, -4, -3, -2, -1});
  REQUIRE(applied(tl::patch<"blocks.0.attn.hook_z">(source.view(), {1}), counted<Z>(1), 1) ==
          Floats{1, 2, -4, -3, 5, 6});
}

TEST_CASE("a row of a pattern takes as many keys as it has") {
  PatternSource source(3, 3);
  for (std::size_t i = 0; i != source.size(); ++i) source.data()[i] = -static_cast<float>(i);
  REQUIRE(applied(tl::patch<"blocks.0.attn.hook_pattern">(source.view()), counted<Pattern>(2), 1, 1) ==
          Floats{-3, -4, -12, -13});
  REQUIRE(applied(tl::patch<"blocks.0.attn.hook_pattern">(source.view(), {1}), counted<Pattern>(2), 1, 1) ==
          Floats{1, 2, -12, -13});
}

TEST_CASE("a source that does not reach is refused") {
  const auto source = counted<Source>(2);
  REQUIRE_THROWS_WITH(applied(tl::patch<"blocks.0.hook_resid_pre">(source.view()), counted<Residual>(1), 1, 2),
                      Equals("a patch at `blocks.0.hook_resid_pre` has 2 positions, and position 2 was asked of it"));
  tl::Tensor<float, Dim<"pos">, Dim<"d_model">> wide(1, 5);
  REQUIRE_THROWS_WITH(applied(tl::patch<"blocks.0.hook_resid_pre">(wide.view()), counted<Residual>(1), 1),
                      Equals("a patch at `blocks.0.hook_resid_pre` has rows of 5 elements, and this model's have 4"));
  tl::Tensor<float, Dim<"pos">, Dim<"head">, Dim<"d_head">> two_heads(1, 2, 2);
  REQUIRE_THROWS_WITH(
      applied(tl::patch<"blocks.0.attn.hook_z">(two_heads.view(), {2}), counted<Z>(1), 1),
      Equals(
          "what was given for head 2 at `blocks.0.attn.hook_z` has 4 elements over 2 heads, and a head there has 2"));
  PatternSource short_source(3, 1);
  REQUIRE_THROWS_WITH(applied(tl::patch<"blocks.0.attn.hook_pattern">(short_source.view()), counted<Pattern>(3), 1, 2),
                      Equals("a patch at `blocks.0.attn.hook_pattern` has 1 keys, and 3 were asked of it"));
  tl::Tensor<float, Dim<"head">, Dim<"pos">, Dim<"key_pos">> one_head(1, 3, 3);
  REQUIRE_THROWS_WITH(applied(tl::patch<"blocks.0.attn.hook_pattern">(one_head.view()), counted<Pattern>(3), 1, 2),
                      Equals("a patch at `blocks.0.attn.hook_pattern` has 1 heads, and head 1 was asked of it"));
}

TEST_CASE("frozen_norm holds the divisor of a LayerNorm") {
  using Scale = tl::Tensor<float, Dim<"row">, Dim<"scale", 1>>;
  tl::Tensor<float, Dim<"pos">, Dim<"scale", 1>> captured(2);
  captured(0, 0) = 3, captured(1, 0) = 5;
  REQUIRE(applied(tl::frozen_norm<"blocks.0.ln2.hook_scale">(captured.view()), counted<Scale>(2), 2) == Floats{3, 5});
}
