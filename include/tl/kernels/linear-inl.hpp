#pragma once
// Body of linear.hpp's product, once an instruction set: tile (registers) -> panel (its edges) -> block of rows and
// panels (caches) -> threads. Every level only chooses when an output's chain goes on, never how.
#include <tl/kernels/linear.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/simd.hpp>
#include <utility>

namespace TL_NAMESPACE::kernels {

namespace detail {

// K is cut into blocks of this length: a panel's block is 32 KiB, and a group of `panel_group` of them stays in the
// second-level cache while every row of a task passes over it.
inline constexpr std::size_t k_block = 256, panel_group = 8;
// Rows of x are copied together, this far apart: not a multiple of 4 KiB, where they would share one cache set.
inline constexpr std::size_t x_tile_stride = k_block + 16;

// Rows of a panel (4 KiB) that the first tile of a task fetches ahead into the second-level cache; later tiles find
// them there. On a Zen 4, 1.2 times the speed at one row, 1.9 times at six (AVX2); 16 KiB ahead or the first level:
// less.
inline constexpr std::size_t prefetch_distance = 32;

alignas(64) inline constexpr float no_bias[panel_width] = {};

// y[r][c] = start[r][c] + sum over k of x[r][k] w[k][c], for Rows rows and Vectors vectors of columns.
template <class Arch, int Rows, int Vectors, bool Prefetch>
void linear_tile(const float* x, const float* w, std::size_t k, const float* start, std::size_t start_stride, float* y,
                 std::size_t y_stride) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  V sum[Rows][Vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) sum[r][v] = simd::load<Arch>(start + r * start_stride + v * width);
  for (std::size_t i = 0; i != k; ++i, w += panel_width) {
    V column[Vectors];
    if constexpr (Prefetch)
      for (std::size_t line = 0; line != panel_width; line += 16)
        __builtin_prefetch(w + prefetch_distance * panel_width + line, 0, 2);
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) column[v] = simd::load<Arch>(w + v * width);
#pragma GCC unroll 16
    for (std::size_t r = 0; r != Rows; ++r) {
      const V factor = simd::set<Arch>(x[r * x_tile_stride + i]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v != Vectors; ++v) sum[r][v] = simd::fma(factor, column[v], sum[r][v]);
    }
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) simd::store(y + r * y_stride + v * width, sum[r][v]);
}

// The whole width of a panel.
template <class Arch, int Rows, bool Prefetch>
void linear_panel(const float* x, const float* w, std::size_t k, const float* start, std::size_t start_stride, float* y,
                  std::size_t y_stride) {
  // Few rows: all of the panel at once, so that memory is read in one stream.
  constexpr int whole = panel_width / simd::width<Arch>, tile = Arch::linear_rows * Arch::linear_vectors;
  constexpr int vectors = Rows * whole <= tile ? whole : Arch::linear_vectors;
  for (std::size_t c = 0; c != panel_width; c += vectors * simd::width<Arch>)
    linear_tile<Arch, Rows, vectors, Prefetch>(x, w + c, k, start + c, start_stride, y + c, y_stride);
}

using LinearPanel = void (*)(const float*, const float*, std::size_t, const float*, std::size_t, float*, std::size_t);
template <class Arch, bool Prefetch, int... Below>
LinearPanel linear_panel_of(std::size_t rows, std::integer_sequence<int, Below...>) {
  static constexpr LinearPanel panels[] = {linear_panel<Arch, Below + 1, Prefetch>...};
  return panels[rows - 1];
}

struct LinearProblem {
  const float* x;
  std::size_t x_stride;
  PackedMatrix w;
  const float* bias;
  float* y;
  std::size_t y_stride;
  Columns columns;
};

// Continues rows [row, row + rows) of one panel over [k, k + depth). `x` is the copied tile.
template <class Arch, bool Prefetch>
void linear_step(const LinearProblem& p, const float* x, std::size_t row, std::size_t rows, std::size_t panel,
                 std::size_t k, std::size_t depth) {
  const LinearPanel body = linear_panel_of<Arch, Prefetch>(rows, std::make_integer_sequence<int, Arch::linear_rows>{});
  const float* w = p.w.panels + (panel * p.w.panel_k + k) * panel_width;
  const std::size_t column = panel * panel_width;
  if (column >= p.columns.first && column + panel_width <= p.columns.last) {
    float* y = p.y + row * p.y_stride + column;
    const float* bias = p.bias ? p.bias + column : no_bias;
    body(x, w, depth, k == 0 ? bias : y, k == 0 ? 0 : p.y_stride, y, p.y_stride);
    return;
  }
  // A panel that the range of columns cuts: in a tile of our own.
  alignas(64) float tile[Arch::linear_rows * panel_width] = {};
  const std::size_t first = column < p.columns.first ? p.columns.first - column : 0;
  const std::size_t last = column + panel_width > p.columns.last ? p.columns.last - column : panel_width;
  for (std::size_t r = 0; r != rows; ++r)
    for (std::size_t c = first; c != last; ++c)
      tile[r * panel_width + c] = k != 0 ? p.y[(row + r) * p.y_stride + column + c] : p.bias ? p.bias[column + c] : 0.f;
  body(x, w, depth, tile, panel_width, tile, panel_width);
  for (std::size_t r = 0; r != rows; ++r)
    for (std::size_t c = first; c != last; ++c) p.y[(row + r) * p.y_stride + column + c] = tile[r * panel_width + c];
}

// Rows [row, last_row) by panels [panel, last_panel): one thread's task.
template <class Arch>
void linear_block(const LinearProblem& p, std::size_t row, std::size_t last_row, std::size_t panel,
                  std::size_t last_panel) {
  constexpr std::size_t tile_rows = Arch::linear_rows;
  alignas(64) float x[tile_rows * x_tile_stride];
  std::size_t k = 0;
  do {
    const std::size_t depth = p.w.k - k < k_block ? p.w.k - k : k_block;
    for (std::size_t r = row; r < last_row; r += tile_rows) {
      const std::size_t rows = last_row - r < tile_rows ? last_row - r : tile_rows;
      for (std::size_t i = 0; i != rows; ++i) {
        const float* from = p.x + (r + i) * p.x_stride + k;
        for (std::size_t j = 0; j != depth; ++j) x[i * x_tile_stride + j] = from[j];
      }
      if (r == row)
        for (std::size_t q = panel; q != last_panel; ++q) linear_step<Arch, true>(p, x, r, rows, q, k, depth);
      else
        for (std::size_t q = panel; q != last_panel; ++q) linear_step<Arch, false>(p, x, r, rows, q, k, depth);
    }
    k += depth;
  } while (k < p.w.k);
}

}  // namespace detail

template <class Arch>
void linear(const float* x, std::size_t x_stride, std::size_t rows, PackedMatrix w, const float* bias, float* y,
            std::size_t y_stride, Columns columns, int threads) {
  if (rows == 0 || columns.first >= columns.last) return;
  const detail::LinearProblem problem{x, x_stride, w, bias, y, y_stride, columns};
  const std::size_t first = columns.first / panel_width;
  const std::size_t panels = (columns.last + panel_width - 1) / panel_width - first;
  const std::size_t tiles = (rows + Arch::linear_rows - 1) / Arch::linear_rows;
  const int team = useful_threads(rows * panels * panel_width * w.k, 1 << 15, threads);

  // About four tasks a thread or more, so that who is held up does not hold up all; by panels as far as that goes.
  const std::size_t wanted = team == 1 ? 1 : 4 * static_cast<std::size_t>(team);
  const std::size_t group = [&] {
    if (tiles >= wanted) return detail::panel_group;
    const std::size_t even = (panels * tiles) / wanted;
    return even < 1 ? 1 : even > detail::panel_group ? detail::panel_group : even;
  }();
  const std::size_t groups = (panels + group - 1) / group;
  const std::size_t row_tasks_wanted = (wanted + groups - 1) / groups;
  const std::size_t row_tasks = row_tasks_wanted < tiles ? row_tasks_wanted : tiles;
  parallel_for(groups * row_tasks, team, [&](std::size_t task, int) {
    const std::size_t rows_from = task % row_tasks * tiles / row_tasks * Arch::linear_rows;
    const std::size_t rows_to = (task % row_tasks + 1) * tiles / row_tasks * Arch::linear_rows;
    const std::size_t panel = first + task / row_tasks * group, end = first + panels;
    detail::linear_block<Arch>(problem, rows_from, rows_to < rows ? rows_to : rows, panel,
                               panel + group < end ? panel + group : end);
  });
}

}  // namespace TL_NAMESPACE::kernels
