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

// f(value, row, head) for each selected value: one a row, or one a row and head where heads are chosen.
template <class View, class F>
void each_value(View view, const Context& at, const heads& chosen, F f) {
  const auto one_row = [&](auto value, std::size_t row) {
    if (chosen.every()) return f(value, row, std::size_t{0});
    if constexpr (has_heads<decltype(value)>) {
      for (std::size_t head = 0; head != value.template extent<"head">(); ++head)
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
