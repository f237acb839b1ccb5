#pragma once
// How far a forward pass has to go: the last point that somebody needs.
#include <compare>
#include <cstddef>
#include <tl/hooks/name.hpp>

namespace TL_NAMESPACE {

struct Depth {
  int layer;  // -1 before the blocks, n_layer after them
  Point point;

  friend constexpr auto operator<=>(const Depth&, const Depth&) = default;
};

constexpr Depth depth_of(HookRef ref, std::size_t n_layer) {
  const int layers = static_cast<int>(n_layer);
  if (info(ref.point).in_block) return {ref.layer == every_layer ? layers - 1 : ref.layer, ref.point};
  return {ref.point <= Point::pos_embed ? -1 : layers, ref.point};
}

inline constexpr Depth nowhere{-2, Point::embed};

}  // namespace TL_NAMESPACE
