#pragma once
// Bodies of linear.hpp's packing. They move floats and compute nothing: one body serves every instruction set.
#include <algorithm>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::kernels {

inline constexpr std::size_t pack_grain = 1 << 16;

TL_INLINE void pack(const float* w, std::size_t stride, std::size_t k, std::size_t n, float* panels, int threads) {
  parallel_for((n + panel_width - 1) / panel_width, useful_threads(k * n, pack_grain, threads),
               [=](std::size_t panel, int) {
                 const std::size_t first = panel * panel_width, columns = std::min(panel_width, n - first);
                 float* to = panels + first * k;
                 for (std::size_t row = 0; row != k; ++row, to += panel_width) {
                   std::copy_n(w + row * stride + first, columns, to);
                   std::fill(to + columns, to + panel_width, 0.f);
                 }
               });
}

TL_INLINE void pack_transposed(const float* w, std::size_t k, std::size_t n, float* panels, int threads) {
  parallel_for((n + panel_width - 1) / panel_width, useful_threads(k * n, pack_grain, threads),
               [=](std::size_t panel, int) {
                 const std::size_t first = panel * panel_width, columns = std::min(panel_width, n - first);
                 float* to = panels + first * k;
                 for (std::size_t row = 0; row != k; ++row, to += panel_width) {
                   for (std::size_t c = 0; c != columns; ++c) to[c] = w[(first + c) * k + row];
                   std::fill(to + columns, to + panel_width, 0.f);
                 }
               });
}

}  // namespace TL_NAMESPACE::kernels
