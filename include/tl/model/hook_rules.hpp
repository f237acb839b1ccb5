#pragma once
// What a set of policies may ask of a model: layers it has, parts it has, a basis it is in, and no two readings of ln1.
#include <array>
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/hooks/basis.hpp>
#include <tl/hooks/hook_set.hpp>
#include <tl/model/depth.hpp>
#include <tl/model/dims.hpp>

namespace TL_NAMESPACE {

namespace detail {

// Why a model of this configuration cannot serve the point, or null.
constexpr const char* missing_part(Point p, const Config& config) {
  if (config.d_mlp == 0 && is_mlp(p)) return "this model has no MLPs";
  if (config.norm == Norm::none && is_norm(p)) return "this model has no LayerNorm";
  return nullptr;
}

template <fixed_string Wrote, std::size_t NLayer>
struct hook_layer_in_model {
  static constexpr int layer = ref_of<Wrote>.layer;
  static_assert(layer < static_cast<int>(NLayer),
                "tl: this hook names a layer that the model does not have; above: the name, and the number of layers "
                "(the first is 0)");
};

template <class Policy, Config C, Basis B>
constexpr void check_policy() {
  if constexpr (NamedPolicy<Policy>) {
    if constexpr (!C.is_dynamic()) {
      static_cast<void>(sizeof(hook_layer_in_model<Policy::name, C.n_layer>));
      static_assert(C.d_mlp != 0 || !is_mlp(Policy::ref.point),
                    "tl: this hook names a point of the MLP, and the model has none");
      static_assert(C.norm != Norm::none || !is_norm(Policy::ref.point),
                    "tl: this hook names a point of LayerNorm, and the model has none");
    }
    if constexpr (requires { std::remove_reference_t<decltype(std::declval<Policy&>().callable())>::basis; })
      static_assert(std::remove_reference_t<decltype(std::declval<Policy&>().callable())>::basis == B,
                    "tl: this policy was made in one residual basis and the model is in another (raw against centred); "
                    "convert it first, by convert_basis");
  }
}

template <class Policy>
constexpr bool edits_by_name() {
  if constexpr (NamedPolicy<Policy>) return Policy::access == Access::edit;
  else return false;
}

// Whether a policy edits the input of single heads where another names ln1's points. A loop over plain values, for 156
// policies make 24,336 pairs.
template <class... Policies>
constexpr bool ln1_conflict() {
  constexpr std::array<bool, sizeof...(Policies) + 1> edits{edits_by_name<Policies>()..., false};
  for (std::size_t i = 0; i != sizeof...(Policies); ++i) {
    const HookRef edited = refs<Policies...>[i];
    if (!edits[i] || !is_head_input(edited.point)) continue;
    for (const HookRef& named : refs<Policies...>)
      if (is_ln1(named.point) &&
          (edited.layer == named.layer || edited.layer == every_layer || named.layer == every_layer))
        return true;
  }
  return false;
}

// Visitors of a set's policies. Not lambdas, whose names, one for each policy, would hold the types of all.
struct CheckAtRunTime {
  const Config& config;
  template <class Policy>
  void operator()(Policy& policy) const {
    if constexpr (NamedPolicy<Policy>) check(Policy::name.view(), Policy::ref.point);
    else policy.check(config.n_layer, [&](Point p) { return missing_part(p, config); });
  }
  void check(std::string_view name, Point point) const {
    resolve_or_throw(name, config.n_layer);
    if (const char* why = missing_part(point, config)) throw Error("hook point `", name, "` cannot be served: ", why);
  }
};
struct Deepen {
  Depth& deepest;
  std::size_t n_layer;
  template <class Policy>
  void operator()(Policy& policy) const {
    if constexpr (NamedPolicy<Policy>) to(Policy::ref);
    else policy.for_each_ref([&](HookRef ref) { to(ref); });
  }
  void to(HookRef ref) const { deepest = std::max(deepest, depth_of(ref, n_layer)); }
};
struct EditsAt {
  std::size_t position;
  SequenceInfo sequence;
  bool any = false;
  template <class Policy>
  void operator()(Policy& policy) {
    if constexpr (!NamedPolicy<Policy>) any = any || policy.edits_position(position, sequence);
    else if constexpr (Policy::access == Access::edit) any = any || policy.applies(position, sequence);
  }
};
struct MayShare {
  std::size_t position;
  SequenceInfo one, other;
  bool all = true;
  template <class Policy>
  void operator()(Policy& policy) {
    if constexpr (!NamedPolicy<Policy>) {
      all = all && policy.may_share(position, one, other);
    } else {
      const bool here = policy.applies(position, one), there = policy.applies(position, other);
      all = all && (Policy::access == Access::edit ? here == there : !here && !there);
    }
  }
};
}  // namespace detail

// Refuses, when a program is compiled, what no model of the configuration can do.
template <Config C, Basis B, class... Policies>
constexpr void check_hooks() {
  (detail::check_policy<std::remove_cvref_t<Policies>, C, B>(), ...);
  static_assert(
      !detail::ln1_conflict<std::remove_cvref_t<Policies>...>(),
      "tl: where a hook edits the input of single heads (hook_attn_in, hook_q_input, ...) each head has a LayerNorm "
      "of its own, and ln1's points do not exist");
}

// The same for what is known at run time: throws Error.
template <AnyPolicy... Policies>
void check_hooks_at_run_time(HookSet<Policies...>& hooks, const Config& config) {
  hooks.for_each(detail::CheckAtRunTime{config});
}

// The deepest point that the policies look at, or nowhere.
template <AnyPolicy... Policies>
Depth depth_of(HookSet<Policies...>& hooks, std::size_t n_layer) {
  Depth deepest = nowhere;
  hooks.for_each(detail::Deepen{deepest, n_layer});
  return deepest;
}

}  // namespace TL_NAMESPACE
