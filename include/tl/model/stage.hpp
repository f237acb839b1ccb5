#pragma once
// What every part of the forward pass has in hand, and the one thing that several of them do: LayerNorm with its
// points.
#include <algorithm>
#include <cstddef>
#include <tl/hooks/hook_set.hpp>
#include <tl/kernels/layer_norm.hpp>
#include <tl/model/row_batch.hpp>
#include <tl/model/weights.hpp>
#include <tl/model/workspace.hpp>

// Offers the values at `data` to the hooks of point P. tests/codegen defines it empty: an unhooked forward is the same
// machine code. (`if constexpr`: a call to nothing is inlined away too, but its temporaries shift g++'s registers.)
#ifndef TL_POINT
#define TL_POINT(P, data)                              \
  if constexpr (decltype(hooks)::template may_want<P>) \
  hooks.template call<P>(this->template view<P>(data), batch.rows())
#endif

namespace TL_NAMESPACE {

template <Config C, class Hooks>
struct Stage {
  const Config& config;
  Workspace& s;
  const RowBatch& batch;
  int threads;
  [[no_unique_address]] Hooks hooks;

  // The extents of C where they are static: constants to the compiler.
  constexpr const Config& extents() const {
    if constexpr (C.is_dynamic()) return config;
    else return static_config;
  }
  static constexpr Config static_config = C;

  template <Point P>
  RowView<P, C> view(float* data, std::size_t rows) const {  // of scores: keys
    return row_view_over<P, C>(data, rows, extents());
  }
  template <Point P>
  RowView<P, C> view(float* data) const {
    return view<P>(data, batch.size());
  }

  // Memory for the rounded rows that a matrix of storage S reads.
  template <StorageType S>
  float* rounded(const kernels::PackedMatrix<S>& matrix, std::size_t rows) {
    return s.rounded.need(kernels::linear_scratch<S>(rows, matrix.depth()));
  }

  // x [rows, d_model] -> out; out may not be x.
  template <Point Scale, Point Normalized, Point Out>
  [[gnu::always_inline]] void layer_norm(const float* x, NormWeights norm, float* out, std::size_t rows) {
    const std::size_t d = extents().d_model;
    const float epsilon = extents().layer_norm_epsilon;
    if (extents().norm == Norm::none) {
      std::copy_n(x, rows * d, out);
    } else if (hooks.template wants<Scale, Normalized>()) {
      float* scale = s.scale.need(rows);
      kernels::layer_norm_scale(x, rows, d, epsilon, scale, threads);
      TL_POINT(Scale, scale);
      kernels::layer_norm_normalize(x, scale, rows, d, out, threads);
      TL_POINT(Normalized, out);
      kernels::layer_norm_affine(out, norm.w, norm.b, rows, d, out, threads);
      TL_POINT(Out, out);
    } else {
      kernels::layer_norm(x, norm.w, norm.b, rows, d, epsilon, out, threads);
      TL_POINT(Out, out);
    }
  }
};

}  // namespace TL_NAMESPACE
