#pragma once
// The difference of means over two sets of prompts, a direction to look along or to steer with.
#include <span>
#include <tl/hooks/steer.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

namespace detail {
// The mean over prompts of a row at their last positions.
template <fixed_string Name, Config C, StorageType S, Basis B>
auto mean_at_last(const Gpt2<C, S, B>& model, std::span<const std::vector<Token>> prompts, RunOptions run) {
  std::vector<double> sum;
  const auto add = [&](auto rows, const Context& at) {
    for (std::size_t r = 0; r != at.rows(); ++r) {
      const auto row = rows(r).values();
      sum.resize(row.size());
      for (std::size_t i = 0; i != row.size(); ++i) sum[i] += static_cast<double>(row[i]);
    }
  };
  for (const std::vector<Token>& prompt : prompts) {
    if (prompt.empty()) throw Error("a mean needs prompts of at least one token each (the BOS will do)");
    model.run(prompt, run, observe<Name>(add).where(last_prompt));
  }
  for (double& x : sum) x /= static_cast<double>(prompts.size());
  return sum;
}
template <class View>
struct one_row;
template <class T, class D, class... Ds>
struct one_row<TensorView<T, D, Ds...>> {
  template <fixed_string Name, Basis B>
  using direction = Direction<Name, B, Ds...>;
  using shape = Shape<Ds...>;
};
}  // namespace detail

// mean_difference<"blocks.6.hook_resid_post">(model, happy, sad): the mean of the values after the prompts of `a` less
// that after those of `b`, at the last position of each. The name says one layer. Throws Error where a set is empty.
template <fixed_string Name, Config C, StorageType S, Basis B>
auto mean_difference(const Gpt2<C, S, B>& model, std::span<const std::vector<Token>> a,
                     std::span<const std::vector<Token>> b, RunOptions run = {}) {
  static_assert(ref_of<Name>.layer != every_layer, "tl: a direction is read at one layer: blocks.3.NAME");
  static_assert(info(ref_of<Name>.point).shape != PointShape::head_key_pos,
                "tl: scores and patterns have no direction: their width is the length of the past");
  if (a.empty() || b.empty()) throw Error("a difference of means needs two sets of prompts, and one is empty");
  using View = RowView<ref_of<Name>.point, C, float>;
  using One = detail::one_row<View>;
  using Found = typename One::template direction<Name, B>;
  const auto minuend = detail::mean_at_last<Name>(model, a, run),
             subtrahend = detail::mean_at_last<Name>(model, b, run);
  const auto extents = row_view_over<ref_of<Name>.point, C, float>(nullptr, 1, model.config()).shape().extents();
  std::array<std::size_t, One::shape::rank> row{};
  std::copy(extents.begin() + 1, extents.end(), row.begin());
  Found direction{decltype(Found::vector)(One::shape::of(row))};
  for (std::size_t i = 0; i != minuend.size(); ++i)
    direction.vector.data()[i] = static_cast<float>(minuend[i] - subtrahend[i]);
  return direction;
}

}  // namespace TL_NAMESPACE
