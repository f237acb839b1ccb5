#pragma once
// The micro-kernel of linear.hpp's product in vector registers: a tile of sums, and the one loop over words.
#include <tl/kernels/dot-inl.hpp>
#include <utility>

namespace TL_NAMESPACE::kernels::detail {

template <class Arch, StorageType S>
struct VectorKernel;

// y[r][c] = start[r][c] + sum over the words of x[r] w[c], for Rows rows and Vectors vectors of columns. Sums of
// integers lie in start and y by their bits.
template <class Arch, StorageType S, int Rows, int Vectors, bool Prefetch>
void linear_tile(const typename Dot<Arch, S>::Factor* x, const S* w, std::size_t words, const float* start,
                 std::size_t start_stride, float* y, std::size_t y_stride) {
  using D = Dot<Arch, S>;
  using Sum = typename D::Sum;
  constexpr std::size_t width = simd::width<Arch>;
  // Rows of a panel (6 KiB) that are fetched ahead into the second-level cache. On a Zen 4 at 8 rows 1.1 to 1.2 times
  // the speed of 4 KiB; 8 KiB: the same in huge pages, 0.9 in small ones.
  constexpr std::size_t prefetch_distance = 48, x_stride = VectorKernel<Arch, S>::x_stride(Rows);

  Sum sum[Rows][Vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) sum[r][v] = simd::load_words<Sum>(start + r * start_stride + v * width);
  const auto add_part = [&]<std::size_t Part>() __attribute__((always_inline)) {
    decltype(D::template column<Part>(w)) column[Vectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) column[v] = D::template column<Part>(w + v * width * word<S>);
#pragma GCC unroll 16
    for (std::size_t r = 0; r != Rows; ++r) {
      const auto factor = D::set(x[r * x_stride + Part]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v != Vectors; ++v) sum[r][v] = D::add(factor, column[v], sum[r][v]);
    }
  };
  for (std::size_t i = 0; i != words; ++i, w += panel_width * word<S>, x += D::parts) {
    if constexpr (Prefetch)
      for (std::size_t line = 0; line != panel_width; line += 16)
        __builtin_prefetch(w + (prefetch_distance * panel_width + line) * word<S>, 0, 2);
    add_part.template operator()<0>();
    if constexpr (D::parts == 2) add_part.template operator()<1>();
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v) simd::store_words(y + r * y_stride + v * width, sum[r][v]);
}

// The micro-kernel in vector registers: up to `rows` rows by the whole width of a panel.
template <class Arch, StorageType S>
struct VectorKernel {
  using Factor = typename Dot<Arch, S>::Factor;
  static constexpr std::size_t rows = Arch::linear_rows, parts = Dot<Arch, S>::parts;
  using Panel = void (*)(const Factor*, const S*, std::size_t, const float*, std::size_t, float*, std::size_t);

  // Rows of x are copied together, each so far from the next that K is seldom cut: panels are read in one go, and y
  // is not read again. (No multiple of 4 KiB, which would put all rows in one cache set.)
  static constexpr std::size_t tile_size = Arch::linear_depth * rows;
  static constexpr std::size_t x_stride(std::size_t count) { return tile_size / count / 16 * 16; }

  static void factors(const Rounded<S>* x, std::size_t words, Factor* to) { Dot<Arch, S>::factors(x, words, to); }

  template <int Rows, bool Prefetch>
  static void panel(const Factor* x, const S* w, std::size_t words, const float* start, std::size_t start_stride,
                    float* y, std::size_t y_stride) {
    // Few rows: all of the panel at once, so that memory is read in one stream. They leave prefetching to the
    // processor, whose own reaches the read bandwidth; on a Zen 4, explicit prefetches slow 2 rows down by 1.3 to 1.5.
    constexpr int whole = panel_width / simd::width<Arch>, tile = Arch::linear_rows * Arch::linear_vectors;
    constexpr int vectors = Rows * whole <= tile ? whole : Arch::linear_vectors;
    constexpr bool prefetch = Prefetch && 2 * Rows > Arch::linear_rows;
    for (std::size_t c = 0; c != panel_width; c += vectors * simd::width<Arch>)
      linear_tile<Arch, S, Rows, vectors, prefetch>(x, w + c * word<S>, words, start + c, start_stride, y + c,
                                                    y_stride);
  }
  template <bool Prefetch, int... Below>
  static Panel panel_of(std::size_t count, std::integer_sequence<int, Below...>) {
    static constexpr Panel panels[] = {panel<Below + 1, Prefetch>...};
    return panels[count - 1];
  }

  // Another number of rows from here on.
  template <bool Prefetch>
  void set_rows(std::size_t count) {
    panel_ = panel_of<Prefetch>(count, std::make_integer_sequence<int, static_cast<int>(rows)>{});
  }
  // x: factors; start: where the chains begin, rows start_stride floats apart (0: one row for all).
  void operator()(const Factor* x, const S* w, std::size_t words, const float* start, std::size_t start_stride,
                  float* y, std::size_t y_stride) const {
    panel_(x, w, words, start, start_stride, y, y_stride);
  }

 private:
  Panel panel_ = nullptr;
};

}  // namespace TL_NAMESPACE::kernels::detail
