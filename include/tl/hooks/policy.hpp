#pragma once
// A policy: what to do at the points of one name. Any callable is one; the verb says what it may do.
//   edit<"blocks.*.attn.hook_z">([](auto z, tl::Context at) { ... })           may write through the view
//   observe<"blocks.3.hook_resid_post">([](auto resid, tl::Context at) { ... })   sees a const view
// An lvalue is kept by reference, an rvalue is moved in. `.where(predicate)` restricts a policy to positions.
#include <concepts>
#include <cstddef>
#include <tl/core/tensor.hpp>
#include <tl/hooks/context.hpp>
#include <tl/hooks/name.hpp>
#include <tl/hooks/position.hpp>
#include <type_traits>
#include <utility>

namespace TL_NAMESPACE {

enum class Access : bool { observe, edit };

namespace detail {
template <class View>
inline constexpr bool leads_with_rows = false;
template <class T, std::size_t Extent, class... Ds>
inline constexpr bool leads_with_rows<TensorView<T, Dim<"row", Extent>, Ds...>> = true;

// Calls f once for each longest run of consecutive rows that `selected` accepts.
template <class View, class Selected, class F>
void for_each_run(View view, const Context& at, Selected selected, F f) {
  if constexpr (!leads_with_rows<View>) {
    if (selected(0)) f(view, at);
  } else {
    for (std::size_t row = 0; row != at.rows();) {
      std::size_t end = row;
      while (end != at.rows() && selected(end)) ++end;
      if (end != row) f(view.rows(row, end - row), at.window(row, end - row));
      row = end == row ? row + 1 : end;
    }
  }
}
}  // namespace detail

// MixesRows: the callable reads some rows to write others. It is then offered whole sequences, one a call, and a
// session that would cut a sequence refuses it.
template <fixed_string Name, Access A, class F, PositionPredicate Where = detail::All, bool MixesRows = false>
class Policy {
 public:
  static constexpr auto name = Name;
  static constexpr HookRef ref = ref_of<Name>;
  static_assert(ref.known || true);  // resolves the name, and so refuses a wrong one, where the policy is made
  static constexpr Access access = A;
  static constexpr bool mixes_rows = MixesRows;
  static_assert(!MixesRows || std::same_as<Where, detail::All>,
                "tl: a policy that mixes rows is offered whole sequences; it cannot have a where(...) too");

  constexpr explicit Policy(F f, Where where = {}) : f_(std::forward<F>(f)), where_(std::move(where)) {}

  // The same policy at the positions that the predicate accepts: not_first, prompt_only, at{5, -1}, ...
  template <PositionPredicate Predicate>
  constexpr auto where(Predicate predicate) && {
    static_assert(std::same_as<Where, detail::All>, "tl: this policy has a where(...) already; combine the predicates");
    return Policy<Name, A, F, Predicate, MixesRows>(std::forward<F>(f_), std::move(predicate));
  }
  // Declares that the callable mixes rows.
  constexpr auto mixing_rows() && { return Policy<Name, A, F, Where, true>(std::forward<F>(f_), std::move(where_)); }

  // Whether the policy acts at this position of a sequence.
  constexpr bool applies(std::size_t position, SequenceInfo sequence) const {
    return detail::accepts(where_, position, sequence);
  }

  template <class T, class... Ds>
  void call(TensorView<T, Ds...> view, const Context& at) {
    using Seen = TensorView<std::conditional_t<A == Access::edit, T, const T>, Ds...>;
    static_assert(std::invocable<std::remove_reference_t<F>&, Seen, Context>,
                  "tl: the policy at this hook point cannot be called with (View, Context); View is the tensor there, "
                  "with its named dimensions, const for observe<>");
    if constexpr (std::invocable<std::remove_reference_t<F>&, Seen, Context>) {
      const auto once = [&](auto rows_view, const Context& rows) { f_(Seen(rows_view), rows); };
      if constexpr (MixesRows) {
        for (std::size_t row = 0; row != at.rows();) {
          const auto same = [&](std::size_t r) { return r >= row && at.sequence(r) == at.sequence(row); };
          std::size_t end = row;
          while (end != at.rows() && same(end)) ++end;
          if constexpr (detail::leads_with_rows<Seen>) once(view.rows(row, end - row), at.window(row, end - row));
          else once(view, at);
          row = end;
        }
      } else if constexpr (std::same_as<Where, detail::All>) {
        once(view, at);
      } else {
        detail::for_each_run(
            view, at, [&](std::size_t r) { return applies(at.position(r), at.sequence_info(r)); }, once);
      }
    }
  }

  constexpr std::remove_reference_t<F>& callable() { return f_; }

 private:
  F f_;
  [[no_unique_address]] Where where_;
};

template <fixed_string Name, class F>
constexpr auto edit(F&& f) {
  return Policy<Name, Access::edit, F>(std::forward<F>(f));
}

template <fixed_string Name, class F>
constexpr auto observe(F&& f) {
  return Policy<Name, Access::observe, F>(std::forward<F>(f));
}

// A policy of one compile-time name.
template <class P>
concept NamedPolicy = requires {
  { std::remove_cvref_t<P>::ref } -> std::convertible_to<HookRef>;
  { std::remove_cvref_t<P>::access } -> std::convertible_to<Access>;
};

// A policy whose names are known at run time only: every point asks it (DynamicHooks).
template <class P>
concept RunTimePolicy = requires(std::remove_cvref_t<P>& policy, Point point, int layer) {
  { policy.wants(point, layer) } -> std::same_as<bool>;
  { policy.edits(point, layer) } -> std::same_as<bool>;
};

template <class P>
concept AnyPolicy = NamedPolicy<P> || RunTimePolicy<P>;

}  // namespace TL_NAMESPACE
