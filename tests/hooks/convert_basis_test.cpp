#include <tl/hooks/convert_basis.hpp>

#include "../catch.hpp"

using tl::Basis;
using tl::Dim;

TEST_CASE("into the centred basis a direction loses its mean over d_model, back it keeps its numbers") {
  tl::Direction<"blocks.1.hook_resid_pre", Basis::raw, Dim<"d_model", 4>> v;
  for (std::size_t i = 0; i != 4; ++i) v.vector(i) = static_cast<float>(i * i);  // the mean is 3.5
  const auto centred = tl::convert_basis<Basis::centred>(v);
  STATIC_REQUIRE(decltype(tl::steer(centred, 1.f))::ref.point == tl::Point::resid_pre);
  STATIC_REQUIRE(centred.basis == Basis::centred);
  for (std::size_t i = 0; i != 4; ++i) CHECK(centred.vector(i) == v.vector(i) - 3.5f);
  const auto back = tl::convert_basis<Basis::raw>(centred);
  STATIC_REQUIRE(back.basis == Basis::raw);
  for (std::size_t i = 0; i != 4; ++i) CHECK(back.vector(i) == centred.vector(i));
}

TEST_CASE("each head's vector loses its own mean; what is not of the residual stream keeps it") {
  tl::Direction<"blocks.1.attn.hook_result", Basis::raw, Dim<"head", 2>, Dim<"d_model", 2>> result;
  tl::Direction<"blocks.1.ln1.hook_out", Basis::raw, Dim<"d_model", 2>> normalised;
  for (std::size_t i = 0; i != 4; ++i) result.vector.data()[i] = static_cast<float>(i * i);
  normalised.vector(0) = 1, normalised.vector(1) = 4;
  const auto centred = tl::convert_basis<Basis::centred>(result);
  CHECK(centred.vector(0, 0) == -0.5f);
  CHECK(centred.vector(0, 1) == 0.5f);
  CHECK(centred.vector(1, 0) == -2.5f);
  CHECK(centred.vector(1, 1) == 2.5f);
  CHECK(tl::convert_basis<Basis::centred>(normalised).vector(1) == 4);
}
