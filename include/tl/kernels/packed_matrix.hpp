#pragma once
// Weights as the kernels read them: panels of 32 columns, one layout for one row and a thousand, and for every
// instruction set.
#include <tl/kernels/storage.hpp>

namespace TL_NAMESPACE::kernels {

inline constexpr std::size_t panel_width = 32;
// Rows of an int8 matrix: as many products as a 32-bit sum holds.
inline constexpr std::size_t most_int8_rows = 65536;

template <StorageType S>
constexpr std::size_t panel_rows(std::size_t k) {
  return (k + panel_depth<S> - 1) / panel_depth<S> * panel_depth<S>;
}
// Elements that the panels of a [k, n] matrix take.
template <StorageType S = float>
constexpr std::size_t packed_size(std::size_t k, std::size_t n) {
  return (n + panel_width - 1) / panel_width * panel_width * panel_rows<S>(k);
}

// W [k, n] in panels [ceil(n / 32)][panel_k / group][32][group], filled up with zeros, 64-byte aligned. A view.
template <StorageType S = float>
struct PackedMatrix {
  const S* panels = nullptr;
  std::size_t k = 0, n = 0;
  const float* scale = nullptr;            // int8: [n], what one step of a column is
  std::size_t panel_k = panel_rows<S>(k);  // rows that a panel is stored with
  std::size_t skip = 0;                    // rows of the panels before the first of W

  constexpr float operator()(std::size_t row, std::size_t column) const {
    constexpr std::size_t group = panel_group<S>;
    row += skip;
    const S w = panels[((column / panel_width * panel_k + row / group * group) * panel_width) +
                       column % panel_width * group + row % group];
    if constexpr (std::same_as<S, int8>) return static_cast<float>(w.steps()) * scale[column];
    else return w;
  }
  // Rows [first, first + count) of W: what one head of W_O is.
  constexpr PackedMatrix rows(std::size_t first, std::size_t count) const {
    const std::size_t from = (skip + first) / panel_depth<S> * panel_depth<S>;
    return {panels + from * panel_width, count, n, scale, panel_k, skip + first - from};
  }
  // Columns [first, first + count) of W, where first is a multiple of panel_width.
  constexpr PackedMatrix columns(std::size_t first, std::size_t count) const {
    return {panels + first * panel_k, k, count, scale == nullptr ? nullptr : scale + first, panel_k, skip};
  }
  // Rows of the panels that are multiplied: `skip` of them and the last ones by zeros.
  constexpr std::size_t depth() const { return panel_rows<S>(skip + k); }
};

// Packs W [k, n] whose element (row, column) is w[row * row_stride + column * column_stride]: a matrix or a transpose,
// W_E [d_vocab, d_model] as W_U [d_model, d_vocab]. panels: packed_size<S>(k, n); scale: [n] for int8, the largest
// magnitude of a column / 127, else null.
template <StorageType S>
void pack(const float* w, std::size_t row_stride, std::size_t column_stride, std::size_t k, std::size_t n, S* panels,
          float* scale, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/packed_matrix-inl.hpp>
#endif
