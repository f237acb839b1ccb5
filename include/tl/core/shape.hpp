#pragma once
// A list of dimensions that stores the extents known only at run time, and nothing else.
#include <array>
#include <cstddef>
#include <tl/core/dim.hpp>

namespace TL_NAMESPACE {

namespace detail {
template <std::size_t N>
struct dynamic_extents {
  std::array<std::size_t, N> values{};
  constexpr std::size_t operator[](std::size_t i) const { return values[i]; }
};
template <>
struct dynamic_extents<0> {
  constexpr std::size_t operator[](std::size_t) const { return 0; }
};
}  // namespace detail

template <AnyDim... Ds>
struct Shape {
  static_assert(DistinctDims<Ds...>, "tl: the dimensions of one tensor need distinct names");

  static constexpr std::size_t rank = sizeof...(Ds);
  static constexpr std::size_t rank_dynamic = (std::size_t{!Ds::is_static} + ... + 0);
  static constexpr std::array<std::size_t, rank> static_extents{Ds::extent...};

  [[no_unique_address]] detail::dynamic_extents<rank_dynamic> dynamic_part;

  // From one extent for each dimension (static ones must agree; the caller checks).
  static constexpr Shape of(const std::array<std::size_t, rank>& extents) {
    Shape shape;
    if constexpr (rank_dynamic != 0) {
      std::size_t slot = 0;
      for (std::size_t axis = 0; axis != rank; ++axis)
        if (static_extents[axis] == dynamic) shape.dynamic_part.values[slot++] = extents[axis];
    }
    return shape;
  }

  constexpr std::size_t extent(std::size_t axis) const {
    std::size_t slot = 0;
    for (std::size_t i = 0; i != axis; ++i) slot += static_extents[i] == dynamic;
    return static_extents[axis] == dynamic ? dynamic_part[slot] : static_extents[axis];
  }

  constexpr std::array<std::size_t, rank> extents() const {
    std::array<std::size_t, rank> all{};
    for (std::size_t axis = 0; axis != rank; ++axis) all[axis] = extent(axis);
    return all;
  }

  // Number of elements.
  constexpr std::size_t size() const {
    std::size_t n = 1;
    for (std::size_t axis = 0; axis != rank; ++axis) n *= extent(axis);
    return n;
  }

  template <fixed_string Name>
  static consteval std::size_t axis_of() {
    static_assert(count_named<Name, Ds...> == 1, "tl: this tensor has no dimension of that name");
    std::size_t axis = 0, found = 0;
    ((Ds::name == Name ? found = axis : 0, ++axis), ...);
    return found;
  }
};

}  // namespace TL_NAMESPACE
