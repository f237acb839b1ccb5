#pragma once
// The micro-kernel of linear.hpp's product in tiles, registers of 16 rows of 64 bytes that multiply as matrices
// (Arch::Tiles: AMX, or a model of it). Panels are read as they lie: a tile of W is half a panel's width by 16 rows of
// words.
#include <algorithm>
#include <cstring>
#include <tl/kernels/amx_tiles-inl.hpp>
#include <tl/kernels/linear.hpp>

namespace TL_NAMESPACE::kernels::detail {

template <class Arch, StorageType S>
class TileKernel {
 public:
  using Factor = std::uint32_t;  // a word
  static constexpr std::size_t tile_rows = 16, rows = 2 * tile_rows, parts = 1;

  // Factors from one copied row of x to the next: not a multiple of 4 KiB.
  static constexpr std::size_t tile_size = 272 * rows;
  static constexpr std::size_t x_stride(std::size_t) { return 272; }

  TileKernel() = default;
  TileKernel(const TileKernel&) = delete;
  ~TileKernel() { tiles_.release(); }

  static void factors(const Rounded<S>* x, std::size_t words, Factor* to) { std::memcpy(to, x, words * sizeof *to); }

  template <bool Prefetch>
  void set_rows(std::size_t count) {
    prefetch_ = Prefetch && 2 * count > tile_rows;  // as the kernel in vectors
    if (count == rows_) return;
    rows_ = count;
    simd::TileShapes shapes;
    std::fill_n(shapes.row_bytes, 8, std::uint16_t{64});
    const auto upper = static_cast<std::uint8_t>(std::min(count, tile_rows));
    const auto lower = static_cast<std::uint8_t>(count - upper);
    const std::uint8_t of_tile[8] = {upper, upper, lower, lower, upper, lower, tile_rows, tile_rows};
    std::copy_n(of_tile, 8, shapes.rows);
    tiles_.configure(shapes);
  }

  void operator()(const Factor* x, const S* w, std::size_t words, const float* start, std::size_t start_stride,
                  float* y, std::size_t y_stride) {
    if (rows_ > tile_rows) multiply<true>(x, w, words, start, start_stride, y, y_stride);
    else multiply<false>(x, w, words, start, start_stride, y, y_stride);
  }

 private:
  // Tiles 0 to 3 are the sums, upper rows before lower ones, 4 and 5 x, 6 and 7 the panel's halves. Strides in words.
  template <bool Lower>
  void multiply(const Factor* x, const S* w, std::size_t words, const float* start, std::size_t start_stride, float* y,
                std::size_t y_stride) {
    constexpr std::size_t half = panel_width / 2, stride = x_stride(rows), bytes = sizeof(float),
                          panel_row = panel_width * bytes;
    tiles_.template load<0>(start, start_stride * bytes);
    tiles_.template load<1>(start + half, start_stride * bytes);
    if constexpr (Lower) {
      tiles_.template load<2>(start + tile_rows * start_stride, start_stride * bytes);
      tiles_.template load<3>(start + tile_rows * start_stride + half, start_stride * bytes);
    }
    for (std::size_t i = 0; i != words; i += tile_rows) {
      const auto* panel = reinterpret_cast<const char*>(w) + i * panel_row;
      if (prefetch_)  // as far ahead as the vectors' kernel
        for (std::size_t line = 0; line != tile_rows * panel_row; line += 64)
          __builtin_prefetch(panel + 3 * tile_rows * panel_row + line, 0, 2);
      tiles_.template load<4>(x + i, stride * bytes);
      tiles_.template load<6>(panel, panel_row);
      dot<0, 4, 6>();
      tiles_.template load<7>(panel + half * bytes, panel_row);
      dot<1, 4, 7>();
      if constexpr (Lower) {
        tiles_.template load<5>(x + tile_rows * stride + i, stride * bytes);
        dot<2, 5, 6>();
        dot<3, 5, 7>();
      }
    }
    tiles_.template store<0>(y, y_stride * bytes);
    tiles_.template store<1>(y + half, y_stride * bytes);
    if constexpr (Lower) {
      tiles_.template store<2>(y + tile_rows * y_stride, y_stride * bytes);
      tiles_.template store<3>(y + tile_rows * y_stride + half, y_stride * bytes);
    }
  }
  template <int Sum, int X, int W>
  void dot() {
    if constexpr (std::same_as<S, bf16>) tiles_.template dot_bf16<Sum, X, W>();
    else tiles_.template dot_bytes<Sum, X, W>();
  }

  [[no_unique_address]] typename Arch::Tiles tiles_;
  std::size_t rows_ = 0;
  bool prefetch_ = false;
};

}  // namespace TL_NAMESPACE::kernels::detail
