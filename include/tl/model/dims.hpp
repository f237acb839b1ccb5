#pragma once
// The dimensions of a configuration, and what type of view each hook point shows.
#include <cstddef>
#include <tl/core/tensor.hpp>
#include <tl/hooks/point.hpp>
#include <tl/model/config.hpp>

namespace TL_NAMESPACE {

template <Config C>
struct Dims {
  using pos = Dim<"pos">;
  using row = Dim<"row">;
  using key_pos = Dim<"key_pos">;
  using scale = Dim<"scale", 1>;
  using head = Dim<"head", C.n_head>;
  using d_model = Dim<"d_model", C.d_model>;
  using d_head = Dim<"d_head", C.d_head>;
  using d_mlp = Dim<"d_mlp", C.d_mlp>;
  using d_vocab = Dim<"d_vocab", C.d_vocab>;
};

namespace detail {
template <PointShape S, Config C, class T, class... Leading>
struct shaped;
template <Config C, class T, class... Leading>
struct shaped<PointShape::d_model, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::d_model>;
};
template <Config C, class T, class... Leading>
struct shaped<PointShape::scale, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::scale>;
};
template <Config C, class T, class... Leading>
struct shaped<PointShape::head_d_head, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::head, typename Dims<C>::d_head>;
};
template <Config C, class T, class... Leading>
struct shaped<PointShape::head_d_model, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::head, typename Dims<C>::d_model>;
};
template <Config C, class T, class... Leading>
struct shaped<PointShape::d_mlp, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::d_mlp>;
};
template <Config C, class T, class... Leading>
struct shaped<PointShape::d_vocab, C, T, Leading...> {
  using type = TensorView<T, Leading..., typename Dims<C>::d_vocab>;
};
}  // namespace detail

// What a hook at P is given: [row, ...]; of scores and patterns one row at a time, [head, key_pos].
template <Point P, Config C, class T = float>
struct row_view : detail::shaped<info(P).shape, C, T, typename Dims<C>::row> {};
template <Point P, Config C, class T>
  requires(info(P).shape == PointShape::head_key_pos)
struct row_view<P, C, T> {
  using type = TensorView<T, typename Dims<C>::head, typename Dims<C>::key_pos>;
};
template <Point P, Config C, class T = float>
using RowView = typename row_view<P, C, T>::type;

// What a capture at P gives: TransformerLens' shape without the batch axis, [pos, ...] or [head, pos, key_pos].
template <Point P, Config C>
struct captured_view : detail::shaped<info(P).shape, C, const float, typename Dims<C>::pos> {};
template <Point P, Config C>
  requires(info(P).shape == PointShape::head_key_pos)
struct captured_view<P, C> {
  using type =
      TensorView<const float, typename Dims<C>::head, typename Dims<C>::pos, typename Dims<C>::key_pos>;
};
template <Point P, Config C>
using CapturedView = typename captured_view<P, C>::type;

// Extents after the leading dimension of a point of that shape (0 stands for key_pos).
constexpr std::array<std::size_t, 2> trailing_extents(PointShape shape, const Config& config) {
  switch (shape) {
    case PointShape::d_model: return {1, config.d_model};
    case PointShape::scale: return {1, 1};
    case PointShape::head_d_head: return {config.n_head, config.d_head};
    case PointShape::head_d_model: return {config.n_head, config.d_model};
    case PointShape::head_key_pos: return {config.n_head, 0};
    case PointShape::d_mlp: return {1, config.d_mlp};
    case PointShape::d_vocab: return {1, config.d_vocab};
  }
  return {};
}

// A view of type View over data, its run-time extents taken from `leading` and the configuration.
template <class View>
constexpr View view_over(typename View::value_type* data, std::size_t leading, PointShape shape, const Config& config) {
  std::array<std::size_t, View::rank> extents{};
  const auto trailing = trailing_extents(shape, config);
  extents[0] = leading;
  if constexpr (View::rank == 2) extents[1] = trailing[1];
  if constexpr (View::rank == 3) extents[1] = trailing[0], extents[2] = trailing[1];
  return View(data, View::shape_type::of(extents));
}

}  // namespace TL_NAMESPACE
