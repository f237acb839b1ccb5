#pragma once
// The policies of a run, and the selection of them that applies to one block. A block is instantiated once for each
// distinct selection; every layer without a policy shares NoHooks, an empty class whose calls are nothing.
#include <array>
#include <cstddef>
#include <span>
#include <tl/hooks/policy.hpp>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

struct NoHooks {
  template <Point... Ps>
  static constexpr bool may_want = false;
  template <Point... Ps>
  static constexpr bool may_edit = false;
  template <Point... Ps>
  static constexpr bool wants() {
    return false;
  }
  template <Point... Ps>
  static constexpr bool edits() {
    return false;
  }
  template <Point P, class View>
  static constexpr void call(View, std::span<const Row>, std::span<const std::uint32_t> = {}) {}
};

namespace detail {
// Whether a policy of this type can look at (Edit: write at) one of the points.
template <class Policy, bool Edit, Point... Ps>
constexpr bool may_act() {
  if constexpr (RunTimePolicy<Policy>) return true;
  else return ((Policy::ref.point == Ps) || ...) && (!Edit || Policy::access == Access::edit);
}

// A run-time policy has no name of its own.
template <class Policy>
constexpr HookRef ref_or_none() {
  if constexpr (NamedPolicy<Policy>) return std::remove_cvref_t<Policy>::ref;
  else return {};
}

template <class... Policies>
inline constexpr std::array<HookRef, sizeof...(Policies) + 1> refs{ref_or_none<Policies>()..., HookRef{}};

// Whether policy i belongs to the selection for a layer (every_layer: a layer that no policy names by number).
template <class... Policies>
constexpr bool selected(std::size_t i, int layer) {
  constexpr std::array<bool, sizeof...(Policies) + 1> run_time{RunTimePolicy<Policies>..., false};
  const int own = refs<Policies...>[i].layer;
  return run_time[i] || own == layer || (own == every_layer && layer >= 0);
}

template <class... Policies>
constexpr std::size_t count_selected(int layer) {
  std::size_t n = 0;
  for (std::size_t i = 0; i != sizeof...(Policies); ++i) n += selected<Policies...>(i, layer);
  return n;
}

// The layers that policies name by number, in order, each once.
template <class... Policies>
constexpr auto gather_named_layers() {
  std::array<int, sizeof...(Policies) + 1> layers{};
  std::size_t count = 0;
  for (std::size_t i = 0; i != sizeof...(Policies); ++i) {
    const int layer = refs<Policies...>[i].layer;
    if (layer < 0) continue;
    std::size_t place = 0;
    while (place != count && layers[place] < layer) ++place;
    if (place != count && layers[place] == layer) continue;
    for (std::size_t j = count; j != place; --j) layers[j] = layers[j - 1];
    layers[place] = layer;
    ++count;
  }
  return std::pair{layers, count};
}
}  // namespace detail

// Policy number Index of the set, applied at P.
template <class Policy, std::size_t Index>
struct Bound {
  Policy* pointer;
};

// What a block is given: pointers to the policies that apply to it, and its number.
template <class... Bounds>
struct LayerHooks;
template <class... Policies, std::size_t... Indices>
struct LayerHooks<Bound<Policies, Indices>...> : Bound<Policies, Indices>... {
  int layer, threads;

  constexpr LayerHooks(int at_layer, int may_use, Policies*... policies)
      : Bound<Policies, Indices>{policies}..., layer(at_layer), threads(may_use) {}

  // Whether some policy looks at one of the points (may: it could, at run time), or writes there.
  template <Point... Ps>
  static constexpr bool may_want = (detail::may_act<Policies, false, Ps...>() || ...);
  template <Point... Ps>
  static constexpr bool may_edit = (detail::may_act<Policies, true, Ps...>() || ...);
  template <Point... Ps>
  constexpr bool wants() const {
    return (acts<Policies, Indices, false, Ps...>() || ...);
  }
  template <Point... Ps>
  constexpr bool edits() const {
    return (acts<Policies, Indices, true, Ps...>() || ...);
  }

  // Offers the view to each policy at P, in argument order.
  template <Point P, class View>
  constexpr void call(View view, std::span<const Row> rows, std::span<const std::uint32_t> keys = {}) const {
    (call_one<P, Policies, Indices>(view, rows, keys), ...);
  }

 private:
  template <class Policy, std::size_t Index, bool Edit, Point... Ps>
  constexpr bool acts() const {
    if constexpr (RunTimePolicy<Policy>) {
      const Policy& policy = *static_cast<const Bound<Policy, Index>&>(*this).pointer;
      return ((Edit ? policy.edits(Ps, layer) : policy.wants(Ps, layer)) || ...);
    } else {
      return detail::may_act<Policy, Edit, Ps...>();
    }
  }
  template <Point P, class Policy, std::size_t Index, class View>
  constexpr void call_one([[maybe_unused]] View view, [[maybe_unused]] std::span<const Row> rows,
                          [[maybe_unused]] std::span<const std::uint32_t> keys) const {
    if constexpr (RunTimePolicy<Policy>) {
      Policy& policy = *static_cast<const Bound<Policy, Index>&>(*this).pointer;
      if (policy.wants(P, layer)) policy.call(view, Context{layer, P, rows, keys, threads});
    } else if constexpr (Policy::ref.point == P) {
      static_cast<const Bound<Policy, Index>&>(*this).pointer->call(view, Context{layer, P, rows, keys, threads});
    }
  }
};

namespace detail {
// Policies side by side. std::tuple nests one level in another, which costs a compiler the square of their number.
template <std::size_t Index, class Policy>
struct Held {
  Policy policy;
};
template <class Indices, class... Policies>
struct HeldPolicies;
template <std::size_t... Indices, class... Policies>
struct HeldPolicies<std::index_sequence<Indices...>, Policies...> : Held<Indices, Policies>... {
  template <class F>
  constexpr void for_each(F& f) {
    (f(static_cast<Held<Indices, Policies>&>(*this).policy), ...);
  }
};
template <std::size_t Index, class Policy>
constexpr auto& held(Held<Index, Policy>& one) {
  return one.policy;
}
template <std::size_t Index, class Policy>
std::remove_reference_t<Policy> held_type(const Held<Index, Policy>&);
}  // namespace detail

// Owns its policies, or refers to them where they were given as lvalues.
template <AnyPolicy... Policies>
class HookSet {
 public:
  static constexpr std::size_t size = sizeof...(Policies);
  static constexpr bool any_run_time = (RunTimePolicy<Policies> || ...);

  // Not deducible: clang 14 prefers a constructor by value to the guide below, and would copy an lvalue.
  constexpr explicit HookSet(std::type_identity_t<Policies>... policies) : policies_{{std::forward<Policies>(policies)}...} {}

  // The layers that policies name by number, in order, each once.
  static constexpr auto named_layers = [] {
    constexpr auto gathered = detail::gather_named_layers<Policies...>();
    std::array<int, gathered.second> layers{};
    for (std::size_t i = 0; i != layers.size(); ++i) layers[i] = gathered.first[i];
    return layers;
  }();

  // The hooks of a layer: Layer is a number of named_layers, every_layer for all the others, or no_layer.
  template <int Layer>
  constexpr auto at([[maybe_unused]] int layer, [[maybe_unused]] int threads = 1) {
    constexpr std::size_t count = detail::count_selected<Policies...>(Layer);
    if constexpr (count == 0) {
      return NoHooks{};
    } else {
      constexpr auto chosen = [] {
        std::array<std::size_t, count> indices{};
        for (std::size_t i = 0, n = 0; i != size; ++i)
          if (detail::selected<Policies...>(i, Layer)) indices[n++] = i;
        return indices;
      }();
      return [&]<std::size_t... C>(std::index_sequence<C...>) {
        return LayerHooks<Bound<policy_type<chosen[C]>, chosen[C]>...>(layer, threads,
                                                                     &detail::held<chosen[C]>(policies_)...);
      }
      (std::make_index_sequence<count>{});
    }
  }

  template <std::size_t I>
  constexpr auto& policy() {
    return detail::held<I>(policies_);
  }
  // f(policy) for each, in argument order.
  template <class F>
  constexpr void for_each(F&& f) {
    policies_.for_each(f);
  }

 private:
  using Held = detail::HeldPolicies<std::index_sequence_for<Policies...>, Policies...>;
  template <std::size_t I>
  using policy_type = decltype(detail::held_type<I>(std::declval<Held&>()));

  Held policies_;
};

template <class... Policies>
HookSet(Policies&&...) -> HookSet<Policies...>;

}  // namespace TL_NAMESPACE
