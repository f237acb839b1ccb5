#pragma once
// ablate<Name>(): the values at a name become zero, or the mean that is given; scale<Name>(f): they are multiplied.
#include <algorithm>
#include <cstddef>
#include <tl/core/tensor.hpp>
#include <tl/hooks/heads.hpp>

namespace TL_NAMESPACE {

namespace detail {
struct Scale {
  float factor;
  heads chosen;
  template <class View>
  void operator()(View view, const Context& at) const {
    each_value(view, at, chosen, [&](auto value, std::size_t, std::size_t) {
      for (float& x : value.values()) x *= factor;
    });
  }
};

struct Zero {
  heads chosen;
  template <class View>
  void operator()(View view, const Context& at) const {
    each_value(view, at, chosen, [](auto value, std::size_t, std::size_t) { fill(value, 0.f); });
  }
};

// One value for every row.
template <class... Ds>
struct Constant {
  Tensor<float, Ds...> value;
  heads chosen;
  template <class View>
  void operator()(View view, const Context& at) const {
    each_value(view, at, chosen, [&](auto target, std::size_t, std::size_t head) {
      using Target = decltype(target);
      using Value = TensorView<const float, Ds...>;
      constexpr bool whole = std::is_convertible_v<Target, Value>;
      if constexpr (whole) {
        const Value source = value.view();
        if (source.size() != target.size())
          throw Error("the value for `", full_name(at.point, at.layer), "` has ", source.size(),
                      " elements, and a row there has ", target.size());
        std::copy_n(source.data(), source.size(), target.data());
      } else if constexpr (one_head_fits<Value, Target>) {
        copy_head(value.view(), head, target, at);
      } else {
        static_assert(whole,
                      "tl: the value has not the shape of a row at this hook point (d_model against d_mlp, say)");
      }
    });
  }
};
}  // namespace detail

// Zero ablation.
template <fixed_string Name>
auto ablate(heads chosen = {}) {
  return edit<Name>(detail::Zero{std::move(chosen)});
}

// Mean ablation: every row takes the value, shaped as one row of the point.
template <fixed_string Name, class T, class... Ds>
auto ablate(TensorView<T, Ds...> value, heads chosen = {}) {
  return edit<Name>(detail::Constant<Ds...>{clone(value), std::move(chosen)});
}

template <fixed_string Name>
auto scale(float factor, heads chosen = {}) {
  return edit<Name>(detail::Scale{factor, std::move(chosen)});
}

}  // namespace TL_NAMESPACE
