#pragma once
// What a run has captured, by name: run["blocks.3.attn.hook_pattern"_hook] is a tensor view whose shape is in its type.
#include <array>
#include <boost/hana/at_key.hpp>
#include <boost/hana/integral_constant.hpp>
#include <boost/hana/map.hpp>
#include <boost/hana/pair.hpp>
#include <cstddef>
#include <tl/hooks/capture.hpp>
#include <tl/hooks/hook_set.hpp>
#include <tl/model/dims.hpp>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {
// An array for each layer that a name covers.
using CapturedLayers = std::vector<CapturedArray>;

// Keyed by the number of the capture: one name may be captured twice, before and after an edit.
template <std::size_t... I>
auto capture_map(std::array<CapturedLayers, sizeof...(I)>& results, std::index_sequence<I...>) {
  return boost::hana::make_map(boost::hana::make_pair(boost::hana::size_c<I>, std::move(results[I]))...);
}
}  // namespace detail

// Names: those of the capture policies of the run, in order.
template <Config C, class... Names>
class Run {
 public:
  using Layers = detail::CapturedLayers;

  explicit Run(std::array<Layers, sizeof...(Names)> results)
      : captures_(detail::capture_map(results, std::index_sequence_for<Names...>{})) {}

  // The first capture that covers the point and layer answers. Of a model known at run time a layer out of range
  // throws.
  template <fixed_string Name>
  auto operator[](HookName<Name>) const {
    constexpr HookRef wanted = HookName<Name>::ref;
    static_assert(wanted.layer != every_layer, "tl: say which layer: a result is blocks.3.NAME, not blocks.*.NAME");
    constexpr std::size_t found = index_of(wanted);
    static_assert(found != sizeof...(Names),
                  "tl: this run did not capture that point; give it capture<\"...\">() of the name");
    if constexpr (found != sizeof...(Names)) {
      constexpr bool wildcard = std::array{Names::ref...}[found].layer == every_layer;
      const Layers& layers = boost::hana::at_key(captures_, boost::hana::size_c<found>);
      const std::size_t index = wildcard ? static_cast<std::size_t>(wanted.layer) : 0;
      if (index >= layers.size())
        throw Error("`", Name.view(), "` was not captured: the run has ", layers.size(), " layers of it");
      return view<wanted.point>(layers[index]);
    }
  }

  // f(name, view) for every captured array: captures in argument order, layers in theirs.
  template <class F>
  void for_each(F f) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (each_layer<Names, I>(f), ...);
    }(std::index_sequence_for<Names...>{});
  }

 private:
  static constexpr std::size_t index_of(HookRef wanted) {
    std::size_t index = 0;
    for (const HookRef ref : std::array<HookRef, sizeof...(Names)>{Names::ref...}) {
      if (ref.covers(wanted.point, wanted.layer)) return index;
      ++index;
    }
    return index;
  }
  template <Point P>
  static CapturedView<P, C> view(const CapturedArray& array) {
    using View = CapturedView<P, C>;
    std::array<std::size_t, View::rank> extents{};
    for (std::size_t i = 0; i != array.extents.size(); ++i) extents[i] = array.extents[i];
    return View(array.values.data(), View::shape_type::of(extents));
  }
  template <class Name, std::size_t I, class F>
  void each_layer(F& f) const {
    const Layers& layers = boost::hana::at_key(captures_, boost::hana::size_c<I>);
    for (std::size_t i = 0; i != layers.size(); ++i) {
      const int layer = Name::ref.layer == every_layer ? static_cast<int>(i) : Name::ref.layer;
      f(full_name(Name::ref.point, layer), view<Name::ref.point>(layers[i]));
    }
  }

  using Map = decltype(detail::capture_map(std::declval<std::array<Layers, sizeof...(Names)>&>(),
                                           std::index_sequence_for<Names...>{}));
  Map captures_;
};

namespace detail {
// Run<C, HookName<...>...> of the capture policies among Policies, and the taking of a sequence's results out of them.
template <Config C, class Done, class... Policies>
struct run_of;
template <Config C, class... Names>
struct run_of<C, std::tuple<Names...>> {
  using type = Run<C, Names...>;
};
template <Config C, class... Names, class P, class... Rest>
struct run_of<C, std::tuple<Names...>, P, Rest...> {
  template <bool Keep, class Unused = void>
  struct next : run_of<C, std::tuple<Names...>, Rest...> {};
  template <class Unused>
  struct next<true, Unused> : run_of<C, std::tuple<Names..., HookName<std::remove_cvref_t<P>::name>>, Rest...> {};
  using type = typename next<is_capture<std::remove_cvref_t<P>>>::type;
};

// Visits the policies of a set and fills a result for each capture among them.
struct TakeCaptures {
  std::size_t sequence, n_layer;
  CapturedLayers* next;

  template <class P>
  void operator()(P& policy) {
    if constexpr (is_capture<P>) {
      const auto take = [&](int layer) { next->push_back(policy.callable().kept(sequence, layer).take(P::ref.point)); };
      if constexpr (P::ref.layer == every_layer)
        for (std::size_t layer = 0; layer != n_layer; ++layer) take(static_cast<int>(layer));
      else take(P::ref.layer);
      ++next;
    }
  }
};
}  // namespace detail

template <Config C, AnyPolicy... Policies>
using RunOf = typename detail::run_of<C, std::tuple<>, Policies...>::type;

// Moves what the set's captures kept of a sequence into a Run.
template <Config C, AnyPolicy... Policies>
RunOf<C, Policies...> take_run(HookSet<Policies...>& hooks, std::size_t sequence, std::size_t n_layer) {
  constexpr std::size_t count = (std::size_t{detail::is_capture<std::remove_cvref_t<Policies>>} + ... + 0);
  std::array<std::vector<CapturedArray>, count> results;
  hooks.for_each(detail::TakeCaptures{sequence, n_layer, results.data()});
  return RunOf<C, Policies...>(std::move(results));
}

}  // namespace TL_NAMESPACE
