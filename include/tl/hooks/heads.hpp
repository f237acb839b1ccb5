#pragma once
// Which heads a ready policy acts on, and the walk over the values that it acts on.
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <tl/hooks/policy.hpp>
#include <vector>

namespace TL_NAMESPACE {

// heads{3, 9}; with nothing listed, every head.
class heads {
 public:
  heads() = default;
  heads(std::initializer_list<std::size_t> list) : list_(list) {}
  explicit heads(std::vector<std::size_t> list) : list_(std::move(list)) {}
  bool every() const { return list_.empty(); }
  // The largest listed.
  std::size_t last() const { return every() ? 0 : *std::max_element(list_.begin(), list_.end()); }
  bool contains(std::size_t head) const {
    return every() || std::find(list_.begin(), list_.end(), head) != list_.end();
  }

 private:
  std::vector<std::size_t> list_;
};

namespace detail {
template <class View>
inline constexpr bool has_heads = false;
template <class T, class... Ds>
inline constexpr bool has_heads<TensorView<T, Ds...>> = count_named<"head", Ds...> == 1;

// Whether one head of a value has the shape of the target.
template <class Value, class Target>
inline constexpr bool one_head_fits = false;
template <class T, std::size_t Heads, class... Ds, class Target>
inline constexpr bool one_head_fits<TensorView<T, Dim<"head", Heads>, Ds...>, Target> =
    std::is_convertible_v<Target, TensorView<const float, Ds...>>;

// Copies one head's part of `value` to the target. Throws Error where the run-time extents differ.
template <class Value, class Target>
void copy_head(Value value, std::size_t head, Target target, const Context& at) {
  if (head >= value.template extent<"head">() || value.size() != value.template extent<"head">() * target.size())
    throw Error("what was given for head ", head, " at `", full_name(at.point, at.layer), "` has ", value.size(),
                " elements over ", value.template extent<"head">(), " heads, and a head there has ", target.size());
  std::copy_n(value(head).data(), target.size(), target.data());
}

// f(value, row, head) for each selected value: one a row, or one a row and head where heads are chosen.
template <class View, class F>
void each_value(View view, const Context& at, const heads& chosen, F f) {
  const auto one_row = [&](auto value, std::size_t row) {
    if (chosen.every()) return f(value, row, std::size_t{0});
    if constexpr (has_heads<decltype(value)>) {
      const std::size_t n_head = value.template extent<"head">();
      if (chosen.last() >= n_head)
        throw Error("the hook at `", full_name(at.point, at.layer), "` chooses head ", chosen.last(),
                    ", and this model has heads 0 to ", n_head - 1);
      for (std::size_t head = 0; head != n_head; ++head)
        if (chosen.contains(head)) f(value(head), row, head);
    } else {
      throw Error("the hook at `", full_name(at.point, at.layer), "` chooses heads, and this point has none");
    }
  };
  if constexpr (leads_with_rows<View>) {
    for (std::size_t row = 0; row != at.rows(); ++row) one_row(view(row), row);
  } else {
    one_row(view, 0);
  }
}
}  // namespace detail

}  // namespace TL_NAMESPACE
