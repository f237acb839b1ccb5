#pragma once
// Body of packed_matrix.hpp's packing: one for every instruction set.
#include <algorithm>
#include <cmath>
#include <tl/kernels/packed_matrix.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::kernels {

namespace detail {

inline constexpr std::size_t pack_grain = 1 << 16;

// One panel's columns of W.
template <StorageType S>
void pack_panel(const float* w, std::size_t row_stride, std::size_t column_stride, std::size_t k, std::size_t columns,
                S* panel, float* scale) {
  constexpr std::size_t group = panel_group<S>;
  float step[panel_width]{};
  if constexpr (std::same_as<S, int8>) {
    for (std::size_t row = 0; row != k; ++row)
      for (std::size_t c = 0; c != columns; ++c)
        step[c] = std::max(step[c], std::fabs(w[row * row_stride + c * column_stride]));
    for (std::size_t c = 0; c != columns; ++c) scale[c] = step[c] = int8_step(step[c]);
  }
  std::fill_n(panel, panel_rows<S>(k) * panel_width, S());
  for (std::size_t row = 0; row != k; ++row) {
    S* to = panel + row / group * group * panel_width + row % group;
    const float* from = w + row * row_stride;
    for (std::size_t c = 0; c != columns; ++c) {
      const float value = from[c * column_stride];
      if constexpr (std::same_as<S, float>) to[c] = value;
      else if constexpr (std::same_as<S, bf16>) to[c * group] = to_bf16(value);
      else if (step[c] != 0) to[c * group].bits = static_cast<std::uint8_t>(nearest_step(value / step[c]) + 128);
    }
  }
}

}  // namespace detail

template <StorageType S>
void pack(const float* w, std::size_t row_stride, std::size_t column_stride, std::size_t k, std::size_t n, S* panels,
          float* scale, int threads) {
  parallel_for((n + panel_width - 1) / panel_width, useful_threads(k * n, detail::pack_grain, threads),
               [=](std::size_t panel, int) {
                 const std::size_t first = panel * panel_width;
                 detail::pack_panel(w + first * column_stride, row_stride, column_stride, k,
                                    std::min(panel_width, n - first), panels + first * panel_rows<S>(k),
                                    scale == nullptr ? nullptr : scale + first);
               });
}

#ifndef TL_HEADER_ONLY
template void pack(const float*, std::size_t, std::size_t, std::size_t, std::size_t, float*, float*, int);
template void pack(const float*, std::size_t, std::size_t, std::size_t, std::size_t, bf16*, float*, int);
template void pack(const float*, std::size_t, std::size_t, std::size_t, std::size_t, int8*, float*, int);
#endif

}  // namespace TL_NAMESPACE::kernels
