#pragma once
// patch<Name>(captured): the row at position p takes the captured values of position p, another run's for instance;
// frozen_norm<Name>(captured): the divisor of a LayerNorm is held at the captured one.
#include <algorithm>
#include <cstddef>
#include <tl/core/tensor.hpp>
#include <tl/hooks/heads.hpp>

namespace TL_NAMESPACE {

namespace detail {
// What a capture of one row's scores or pattern [head, key_pos] gives.
template <class View>
struct captured_pattern_of;
template <class T, class Head, class Key>
struct captured_pattern_of<TensorView<T, Head, Key>> {
  using type = TensorView<const float, Head, Dim<"pos">, Key>;
};
template <class View>
using captured_pattern = typename captured_pattern_of<View>::type;

// The values of a position in a captured array: [pos, ...] or [head, pos, key_pos].
template <class... Ds>
struct Patch {
  Tensor<float, Ds...> source;
  heads chosen;

  template <class View>
  void operator()(View view, const Context& at) const {
    each_value(view, at, chosen, [&](auto target, std::size_t row, std::size_t head) {
      const std::size_t position = at.position(row);
      if (position >= source.template extent<"pos">())
        throw Error("a patch at `", full_name(at.point, at.layer), "` has ", source.template extent<"pos">(),
                    " positions, and position ", position, " was asked of it");
      if constexpr (leads_with_rows<View>) {
        const auto value = source.view()(position);
        constexpr bool whole = std::is_convertible_v<decltype(target), decltype(value)>;
        constexpr bool one_head = one_head_fits<std::remove_const_t<decltype(value)>, decltype(target)>;
        static_assert(whole || one_head,
                      "tl: the source has not the shape of this hook point (d_model against d_mlp, say)");
        if constexpr (whole) copy(value, target, at);
        else if constexpr (one_head) copy_head(value, head, target, at);
      } else {
        constexpr bool fits = std::is_convertible_v<TensorView<const float, Ds...>, captured_pattern<View>>;
        static_assert(fits, "tl: the source has not the shape of this hook point, [head, pos, key_pos]");
        if constexpr (fits && decltype(target)::rank == 2) {
          for (std::size_t h = 0; h != target.template extent<"head">(); ++h) copy_keys(h, position, target(h), at);
        } else if constexpr (fits) {
          copy_keys(head, position, target, at);
        }
      }
    });
  }

 private:
  template <class Value, class Target>
  static void copy(Value value, Target target, const Context& at) {
    if (value.size() != target.size())
      throw Error("a patch at `", full_name(at.point, at.layer), "` has rows of ", value.size(),
                  " elements, and this model's have ", target.size());
    std::copy_n(value.data(), value.size(), target.data());
  }
  template <class Target>
  void copy_keys(std::size_t head, std::size_t position, Target target, const Context& at) const {
    if (head >= source.template extent<"head">())
      throw Error("a patch at `", full_name(at.point, at.layer), "` has ", source.template extent<"head">(),
                  " heads, and head ", head, " was asked of it");
    const auto keys = source.view()(head, position);
    if (keys.size() < target.size())
      throw Error("a patch at `", full_name(at.point, at.layer), "` has ", keys.size(), " keys, and ", target.size(),
                  " were asked of it");
    std::copy_n(keys.data(), target.size(), target.data());
  }
};
}  // namespace detail

template <fixed_string Name, class T, class... Ds>
auto patch(TensorView<T, Ds...> source, heads chosen = {}) {
  static_assert(count_named<"pos", Ds...> == 1, "tl: a patch takes a captured array, with a dimension pos");
  return edit<Name>(detail::Patch<Ds...>{clone(source), std::move(chosen)});
}

template <fixed_string Name, class T, class... Ds>
auto frozen_norm(TensorView<T, Ds...> captured_scale) {
  static_assert(info(ref_of<Name>.point).shape == PointShape::scale,
                "tl: frozen_norm takes the name of a LayerNorm's hook_scale");
  return patch<Name>(captured_scale);
}

}  // namespace TL_NAMESPACE
