#pragma once
// y = x W + b for any number of rows. Every output is one chain of fused multiply-adds over k in order, starting at the
// bias, whatever the number of rows, the columns asked for and the threads: a row's bits do not depend on its
// neighbours.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// Columns of one panel, for every instruction set, so that a packed matrix can be read by all.
inline constexpr std::size_t panel_width = 32;

// W [k, n] in panels [ceil(n / 32)][k][32], the last one padded with zeros, 64-byte aligned. A view.
struct PackedMatrix {
  const float* panels = nullptr;
  std::size_t k = 0, n = 0;
  std::size_t panel_k = k;  // rows that a panel is stored with: the next panel begins panel_k * 32 floats on

  constexpr float operator()(std::size_t row, std::size_t column) const {
    return panels[(column / panel_width * panel_k + row) * panel_width + column % panel_width];
  }
  // Rows [first, first + count) of W: what one head of W_O is.
  constexpr PackedMatrix rows(std::size_t first, std::size_t count) const {
    return {panels + first * panel_width, count, n, panel_k};
  }
};

// Floats that the panels of a [k, n] matrix take.
constexpr std::size_t packed_size(std::size_t k, std::size_t n) {
  return (n + panel_width - 1) / panel_width * panel_width * k;
}

// From row-major W [k, n], rows `stride` floats apart (c_attn holds q, k and v side by side).
void pack(const float* w, std::size_t stride, std::size_t k, std::size_t n, float* panels, int threads);
// From the row-major transpose [n, k]: a tied W_E [d_vocab, d_model] becomes W_U [d_model, d_vocab].
void pack_transposed(const float* w, std::size_t k, std::size_t n, float* panels, int threads);

// Columns [first, last) of a product.
struct Columns {
  std::size_t first, last;
};

// x [rows, k], rows `x_stride` floats apart; bias [n] or null for zeros; y likewise with `y_stride`: column c of the
// product lands at y[row * y_stride + c]. The second form computes the given columns only and touches no other.
void linear(const float* x, std::size_t x_stride, std::size_t rows, PackedMatrix w, const float* bias, float* y,
            std::size_t y_stride, int threads);
void linear(const float* x, std::size_t x_stride, std::size_t rows, PackedMatrix w, const float* bias, float* y,
            std::size_t y_stride, Columns columns, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
