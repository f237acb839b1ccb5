#pragma once
// Named dimensions, static or known at run time, and the concepts over lists of them.
// Names are TransformerLens': pos, row, head, d_model, d_head, d_mlp, d_vocab, key_pos.
#include <concepts>
#include <cstddef>
#include <tl/core/fixed_string.hpp>

namespace TL_NAMESPACE {

inline constexpr std::size_t dynamic = static_cast<std::size_t>(-1);

template <fixed_string Name, std::size_t Extent = dynamic>
struct Dim {
  static constexpr auto name = Name;
  static constexpr std::size_t extent = Extent;
  static constexpr bool is_static = Extent != dynamic;
};

template <class D>
concept AnyDim = requires {
  D::name;
  { D::extent + 0 } -> std::same_as<std::size_t>;
};

// Same name, and the same extent unless one side is only known at run time.
template <class A, class B>
concept SameDim = AnyDim<A> && AnyDim<B> && A::name == B::name &&
                  (A::extent == B::extent || !A::is_static || !B::is_static);

template <fixed_string Name, class... Ds>
inline constexpr std::size_t count_named = (std::size_t{Ds::name == Name} + ... + 0);

template <class... Ds>
concept DistinctDims = ((count_named<Ds::name, Ds...> == 1) && ...);

}  // namespace TL_NAMESPACE
