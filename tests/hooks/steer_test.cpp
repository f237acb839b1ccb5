#include <cmath>
#include <tl/hooks/steer.hpp>

#include "../catch.hpp"
#include "made_rows.hpp"

using Catch::Matchers::Equals;
using tl::Dim;
using Floats = std::vector<float>;

namespace {
tl::Direction<"blocks.1.hook_resid_pre", tl::Basis::raw, Dim<"d_model", 4>> direction() {
  tl::Tensor<float, Dim<"d_model", 4>> v;
  for (std::size_t i = 0; i != 4; ++i) v(i) = static_cast<float>(10 * (i + 1));
  return {std::move(v)};
}
template <class P>
Residual applied(P policy, Residual values, std::size_t rows) {
  const auto made = made_rows(rows, rows);
  policy.call(values.view(), tl::Context(1, P::ref.point, made));
  return values;
}
}  // namespace

TEST_CASE("steer adds alpha times the direction to every row") {
  REQUIRE(values_of(applied(tl::steer(direction(), 1), counted<Residual>(2), 2)) ==
          Floats{11, 22, 33, 44, 15, 26, 37, 48});
  REQUIRE(values_of(applied(tl::steer(direction(), -0.5f).where(tl::not_first), counted<Residual>(2), 2)) ==
          Floats{1, 2, 3, 4, 0, -4, -8, -12});
}

TEST_CASE("steer acts where the direction was read, or at the site that is named") {
  STATIC_REQUIRE(decltype(tl::steer(direction(), 1))::ref.layer == 1);
  STATIC_REQUIRE(decltype(tl::steer<"blocks.*.hook_resid_post">(direction(), 1))::ref.layer == tl::every_layer);
  STATIC_REQUIRE(decltype(tl::steer<"blocks.*.hook_resid_post">(direction(), 1))::ref.point == tl::Point::resid_post);
}

TEST_CASE("alpha 0 touches nothing, not even the sign of a zero") {
  Residual zeros(1);
  tl::fill(zeros.view(), -0.f);
  const Residual after = applied(tl::steer(direction(), 0), std::move(zeros), 1);
  for (float x : after.values()) REQUIRE(std::signbit(x));
}

TEST_CASE("a direction of another run-time width is refused") {
  tl::Direction<"blocks.1.hook_resid_pre", tl::Basis::raw, Dim<"d_model">> wide{tl::Tensor<float, Dim<"d_model">>(6)};
  REQUIRE_THROWS_WITH(
      applied(tl::steer(wide, 1), counted<Residual>(1), 1),
      Equals("a direction of 6 elements cannot be added at `blocks.1.hook_resid_pre`, where a row has 4"));
}
