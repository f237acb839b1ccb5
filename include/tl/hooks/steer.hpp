#pragma once
// Directions, and the policy that adds one: steer(v, alpha). A direction knows where it was read and in which basis, so
// adding it where the width or the basis is another does not compile.
#include <cstddef>
#include <tl/core/tensor.hpp>
#include <tl/hooks/basis.hpp>
#include <tl/hooks/policy.hpp>
#include <tl/kernels/elementwise.hpp>

namespace TL_NAMESPACE {

// A vector at a hook point: Name is the site, Ds the dimensions of one row there.
template <fixed_string Name, Basis B, class... Ds>
struct Direction {
  static constexpr Basis basis = B;
  Tensor<float, Ds...> vector;
};

namespace detail {
// x += alpha * v. At alpha 0 nothing is touched: 0 * v would still turn -0 into +0.
template <Basis B, class... Ds>
struct Add {
  static constexpr Basis basis = B;
  Tensor<float, Ds...> vector;
  float alpha;

  template <class View>
  void operator()(View view, const Context& at) const {
    if (alpha == 0.f) return;
    const auto add = [&](auto target) {
      constexpr bool fits = std::is_convertible_v<decltype(target), TensorView<const float, Ds...>>;
      static_assert(fits, "tl: the direction has not the shape of a row at this hook point (d_model against d_mlp, say)");
      if constexpr (fits) {
        if (target.size() != vector.size())
          throw Error("a direction of ", vector.size(), " elements cannot be added at `", full_name(at.point, at.layer),
                      "`, where a row has ", target.size());
        kernels::add_scaled(alpha, vector.data(), target.data(), vector.size(), 1);
      }
    };
    if constexpr (leads_with_rows<View>) {
      for (std::size_t row = 0; row != at.rows(); ++row) add(view(row));
    } else {
      add(view);
    }
  }
};
}  // namespace detail

// Adds alpha * v where v was read.
template <fixed_string Name, Basis B, class... Ds>
auto steer(const Direction<Name, B, Ds...>& v, float alpha) {
  return edit<Name>(detail::Add<B, Ds...>{clone(v.vector.view()), alpha});
}
// Adds it at another site of the same shape.
template <fixed_string At, fixed_string Name, Basis B, class... Ds>
auto steer(const Direction<Name, B, Ds...>& v, float alpha) {
  return edit<At>(detail::Add<B, Ds...>{clone(v.vector.view()), alpha});
}

}  // namespace TL_NAMESPACE
