#pragma once
// Body of linear.hpp's product, once an instruction set: micro-kernel -> panel (its edges) -> block of rows and panels
// (caches) -> threads. Every level only chooses when an output's chain goes on, never how.
#include <algorithm>
#include <tl/kernels/linear_finish-inl.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/tile_kernel-inl.hpp>
#include <tl/kernels/vector_kernel-inl.hpp>

namespace TL_NAMESPACE::kernels::detail {

// A panel's block is 98 KiB or less: a group of so many stays in the second-level cache, or nearly, while every row of
// a task passes over it.
inline constexpr std::size_t group_panels = 8;

template <class Arch, StorageType S>
struct MicroKernel {
  using type = VectorKernel<Arch, S>;
};
template <class Arch, StorageType S>
requires(!std::same_as<S, float> && requires { typename Arch::Tiles; }) struct MicroKernel<Arch, S> {
  using type = TileKernel<Arch, S>;
};

// Into the second-level cache: on a Zen 4, the next rows of x and of y while these are computed are worth 0 to 3 %.
template <class Arch>
void fetch_rows(const void* first, std::size_t stride, std::size_t rows, std::size_t bytes) {
  const auto* at = static_cast<const char*>(first);
  for (std::size_t r = 0; r != rows; ++r, at += stride)
    for (std::size_t line = 0; line < bytes; line += 64) __builtin_prefetch(at + line, 0, 2);
}

// Continues rows [row, row + rows) of one panel over words [first, first + words). `x` is the copied tile.
template <class Arch, StorageType S, class Kernel>
void linear_step(const LinearProblem<Arch, S>& p, Kernel& kernel, const typename Kernel::Factor* x, std::size_t row,
                 std::size_t rows, std::size_t panel, std::size_t first_word, std::size_t words, bool last_words) {
  const S* w = p.w.panels + (panel * p.w.panel_k + first_word * word<S>)*panel_width;
  const bool first_words = first_word == 0;
  const float* bias = std::same_as<S, int8> ? nullptr : p.bias;  // int8: added at the end
  const std::size_t column = panel * panel_width;
  const std::size_t from = std::max(column, p.columns.first), to = std::min(column + panel_width, p.columns.last);
  if (to - from == panel_width && (p.out.part >= p.w.n || column / p.out.part == (to - 1) / p.out.part)) {
    const std::size_t at = p.at(row, column);
    float* y = p.out.y + at;
    const float* start = first_words ? bias != nullptr ? bias + column : zeros : y;
    fetch_rows<Arch>(y + panel_width, p.out.stride * sizeof *y, rows, panel_width * sizeof *y);  // the next panel's
    kernel(x, w, words, start, first_words ? 0 : p.out.stride, y, p.out.stride);
    if (last_words)
      linear_finish<Arch>(p, row, rows, column, panel_width, y, p.out.stride,
                          p.out.sum == nullptr ? nullptr : p.out.sum + at, p.out.stride);
    return;
  }
  // A panel that the range of columns or a part's end cuts: in a tile of our own.
  alignas(64) float tile[Kernel::rows * panel_width];
  for (std::size_t r = 0; r != rows; ++r)
    for (std::size_t c = 0; c != panel_width; ++c)
      tile[r * panel_width + c] = column + c < from || column + c >= to ? 0
                                  : !first_words                        ? p.out.y[p.at(row + r, column + c)]
                                  : bias != nullptr                     ? bias[column + c]
                                                                        : 0;
  kernel(x, w, words, tile, panel_width, tile, panel_width);
  for (std::size_t begin = from, end; begin != to; begin = end) {  // what lies together in y
    end = std::min(to, p.out.part >= p.w.n ? to : (begin / p.out.part + 1) * p.out.part);
    float* own = tile + begin - column;
    const std::size_t at = p.at(row, begin);
    if (last_words)
      linear_finish<Arch>(p, row, rows, begin, end - begin, own, panel_width,
                          p.out.sum == nullptr ? nullptr : p.out.sum + at, p.out.stride);
    for (std::size_t r = 0; r != rows; ++r)
      for (std::size_t c = 0; c != end - begin; ++c) p.out.y[at + r * p.out.stride + c] = own[r * panel_width + c];
  }
}

// Rows [row, last_row) by panels [panel, last_panel): one thread's task.
template <class Arch, StorageType S>
void linear_block(const LinearProblem<Arch, S>& p, std::size_t row, std::size_t last_row, std::size_t panel,
                  std::size_t last_panel) {
  using Kernel = typename MicroKernel<Arch, S>::type;
  alignas(64) typename Kernel::Factor x[Kernel::tile_size];
  Kernel kernel;
  // K whole, or in equal blocks: as long as a tile's rows of x fit where there is one tile, else half of that, which
  // leaves some of the cache to x and y.
  const std::size_t all = p.w.depth() / word<S>, most_rows = std::min(last_row - row, Kernel::rows);
  std::size_t block = (Kernel::x_stride(most_rows) - 16) / Kernel::parts;
  if (all <= block) {
    block = all;
  } else {
    if (last_row - row > Kernel::rows) block /= 2;
    const std::size_t blocks = (all + block - 1) / block;
    block = ((all + blocks - 1) / blocks + 15) / 16 * 16;
  }
  std::size_t first_word = 0;
  do {
    const std::size_t words = std::min(all - first_word, block);
    const bool last_words = first_word + words == all;
    for (std::size_t r = row; r < last_row; r += Kernel::rows) {
      const std::size_t rows = std::min(last_row - r, Kernel::rows);
      const auto* from = p.x.x + r * p.x.stride + first_word * word<S>;
      for (std::size_t i = 0; i != rows; ++i)
        Kernel::factors(from + i * p.x.stride, words, x + i * Kernel::x_stride(rows));
      fetch_rows<Arch>(from + rows * p.x.stride, p.x.stride * sizeof *from, std::min(rows, last_row - r - rows),
                       words * sizeof(float));
      if (r == row) kernel.template set_rows<true>(rows);
      else kernel.template set_rows<false>(rows);
      for (std::size_t q = panel; q != last_panel; ++q)
        linear_step<Arch>(p, kernel, x, r, rows, q, first_word, words, last_words);
    }
    first_word += words;
  } while (first_word < all);
}

// Tasks are `groups` of panels by pieces of rows.
struct LinearPlan {
  std::size_t groups, row_pieces;
};
// About four tasks a thread or more, so that who is held up does not hold up all, and as many for one as for another;
// of those, the plan whose busiest thread has least to do. What a task reads from afar, its panels and its rows of x,
// counts for a quarter of a tile each.
template <class Arch>
constexpr LinearPlan linear_plan(std::size_t panels, std::size_t tiles, std::size_t team) {
  const std::size_t least_groups = (panels + group_panels - 1) / group_panels;
  LinearPlan best{least_groups, 1};
  if (team == 1) return best;
  std::size_t best_cost = std::numeric_limits<std::size_t>::max();
  for (std::size_t pieces = 1; pieces <= tiles; pieces *= 2) {
    std::size_t groups = std::max(least_groups, (4 * team + pieces - 1) / pieces);
    while (groups * pieces % team != 0) ++groups;
    groups = std::min(groups, panels);
    const std::size_t of_panels = (panels + groups - 1) / groups, of_tiles = (tiles + pieces - 1) / pieces;
    const std::size_t cost = (groups * pieces + team - 1) / team * (4 * of_panels * of_tiles + of_panels + of_tiles);
    if (cost < best_cost) best_cost = cost, best = {groups, pieces};
  }
  return best;
}

template <class Arch, StorageType S>
void linear(const LinearInput<S>& x, const PackedMatrix<S>& w, const float* bias, const LinearOutput& out,
            Columns columns, int threads) {
  columns.last = std::min(columns.last, w.n);
  if (x.rows == 0 || columns.first >= columns.last) return;
  const LinearProblem<Arch, S> problem{x, w, bias, out, columns};
  constexpr std::size_t tile_rows = MicroKernel<Arch, S>::type::rows;
  const std::size_t tiles = (x.rows + tile_rows - 1) / tile_rows;
  const std::size_t first = columns.first / panel_width;
  const std::size_t panels = (columns.last + panel_width - 1) / panel_width - first;
  // A thread's share is worth waking it: 256 KiB of weights for one row, as many products for several.
  const int team = useful_threads(x.rows * panels * panel_width * w.k, (std::size_t{1} << 18) / sizeof(S), threads);
  const auto [groups, pieces] = linear_plan<Arch>(panels, tiles, static_cast<std::size_t>(team));
  parallel_for(groups * pieces, team, [&, groups = groups, pieces = pieces](std::size_t task, int) {
    const std::size_t group = task / pieces, piece = task % pieces;
    linear_block<Arch>(problem, piece * tiles / pieces * tile_rows,
                       std::min((piece + 1) * tiles / pieces * tile_rows, x.rows), first + group * panels / groups,
                       first + (group + 1) * panels / groups);
  });
}

}  // namespace TL_NAMESPACE::kernels::detail
