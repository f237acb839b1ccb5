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
requires(info(P).shape == PointShape::head_key_pos) struct row_view<P, C, T> {
  using type = TensorView<T, typename Dims<C>::head, typename Dims<C>::key_pos>;
};
template <Point P, Config C, class T = float>
using RowView = typename row_view<P, C, T>::type;

// What a capture at P gives: TransformerLens' shape without the batch axis, [pos, ...] or [head, pos, key_pos].
template <Point P, Config C>
struct captured_view : detail::shaped<info(P).shape, C, const float, typename Dims<C>::pos> {};
template <Point P, Config C>
requires(info(P).shape == PointShape::head_key_pos) struct captured_view<P, C> {
  using type = TensorView<const float, typename Dims<C>::head, typename Dims<C>::pos, typename Dims<C>::key_pos>;
};
template <Point P, Config C>
using CapturedView = typename captured_view<P, C>::type;

// Numbers that one row has at a point; 0 where that is the length of its past (scores and patterns).
constexpr std::size_t row_width(Point point, const Config& config) {
  switch (info(point).shape) {
    case PointShape::d_model: return config.d_model;
    case PointShape::scale: return 1;
    case PointShape::head_d_head: return config.n_head * config.d_head;
    case PointShape::head_key_pos: return 0;
    case PointShape::head_d_model: return config.n_head * config.d_model;
    case PointShape::d_mlp: return config.d_mlp;
    default: return config.d_vocab;
  }
}

// The view that a hook at P is given of `count` rows, or of one row of scores over `count` keys.
template <Point P, Config C, class T>
constexpr RowView<P, C, T> row_view_over(T* data, std::size_t count, const Config& config) {
  using S = typename RowView<P, C, T>::shape_type;
  constexpr PointShape shape = info(P).shape;
  if constexpr (shape == PointShape::d_model) return {data, S::of({count, config.d_model})};
  else if constexpr (shape == PointShape::scale) return {data, S::of({count, 1})};
  else if constexpr (shape == PointShape::head_d_head) return {data, S::of({count, config.n_head, config.d_head})};
  else if constexpr (shape == PointShape::head_d_model) return {data, S::of({count, config.n_head, config.d_model})};
  else if constexpr (shape == PointShape::head_key_pos) return {data, S::of({config.n_head, count})};
  else if constexpr (shape == PointShape::d_mlp) return {data, S::of({count, config.d_mlp})};
  else return {data, S::of({count, config.d_vocab})};
}

}  // namespace TL_NAMESPACE
