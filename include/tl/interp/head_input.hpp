#pragma once
// The three ways into an attention head, through which another head composes with it (Elhage et al. 2021).
#include <array>
#include <cstddef>
#include <tl/hooks/point.hpp>

namespace TL_NAMESPACE {

enum class HeadInput { q, k, v };

// What the head reads for it of the residual stream, and what it makes of that.
constexpr Point input_point(HeadInput input) {
  return std::array{Point::q_input, Point::k_input, Point::v_input}[static_cast<std::size_t>(input)];
}
constexpr Point projected_point(HeadInput input) {
  return std::array{Point::q, Point::k, Point::v}[static_cast<std::size_t>(input)];
}

}  // namespace TL_NAMESPACE
