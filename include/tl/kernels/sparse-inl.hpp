#pragma once
// Bodies of sparse.hpp, once an instruction set.
#include <algorithm>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/reduce-inl.hpp>
#include <tl/kernels/sparse.hpp>

namespace TL_NAMESPACE::kernels::detail {

// Multiply-adds that are worth waking a thread.
inline constexpr std::size_t sparse_grain = 1 << 16;

// Items of about equal work: rows differ, so there are many of them.
inline constexpr std::size_t sparse_rows_per_item = 8;

template <class F>
void for_rows(std::size_t rows, std::size_t work, int threads, const F& f) {
  const std::size_t items = (rows + sparse_rows_per_item - 1) / sparse_rows_per_item;
  parallel_for(items, useful_threads(work, sparse_grain, threads), [&](std::size_t item, int) {
    const std::size_t first = item * sparse_rows_per_item, last = std::min(rows, first + sparse_rows_per_item);
    for (std::size_t row = first; row != last; ++row) f(row);
  });
}

// So many vectors of columns, in registers over all entries of a row.
template <class Arch, int Vectors, StorageType S>
void sparse_columns(const std::uint32_t* columns, const float* values, std::size_t count, const S* w, std::size_t n,
                    const float* start, float* y) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  constexpr std::size_t ahead = 4;  // rows of w: they lie far apart, where no processor looks for the next one
  V sum[Vectors];
#pragma GCC unroll 16
  for (std::size_t v = 0; v != Vectors; ++v) sum[v] = start == nullptr ? V(0.f) : simd::load<Arch>(start + v * width);
  for (std::size_t e = 0; e != count; ++e) {
    if (e + ahead < count)
      for (std::size_t line = 0; line < Vectors * width; line += 64 / sizeof(S))
        __builtin_prefetch(w + columns[e + ahead] * n + line);
    const S* row = w + columns[e] * n;
    const V value(values[e]);
#pragma GCC unroll 16
    for (std::size_t v = 0; v != Vectors; ++v)
      sum[v] = simd::fma(value, simd::load_stored<Arch>(row + v * width), sum[v]);
  }
#pragma GCC unroll 16
  for (std::size_t v = 0; v != Vectors; ++v) simd::store(y + v * width, sum[v]);
}

template <class Arch, StorageType S>
void sparse_linear(const SparseRows& entries, const float* values, const S* w, std::size_t n, const float* start,
                   std::size_t start_stride, float* y, int threads) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  constexpr int many = width >= 16 ? 16 : 8;
  for_rows(entries.rows, entries.starts[entries.rows] * n, threads, [&](std::size_t r) {
    const std::size_t first = entries.starts[r], count = entries.starts[r + 1] - first;
    const std::uint32_t* const columns = entries.columns + first;
    const float* const own = values + first;
    const float* const from = start == nullptr ? nullptr : start + r * start_stride;
    const auto at = [&](std::size_t column) { return from == nullptr ? nullptr : from + column; };
    float* const to = y + r * n;
    std::size_t c = 0;
    for (; c + many * width <= n; c += many * width)
      sparse_columns<Arch, many, S>(columns, own, count, w + c, n, at(c), to + c);
    for (; c + 4 * width <= n; c += 4 * width) sparse_columns<Arch, 4, S>(columns, own, count, w + c, n, at(c), to + c);
    for (; c + width <= n; c += width) sparse_columns<Arch, 1, S>(columns, own, count, w + c, n, at(c), to + c);
    if (c != n) {
      V sum = from == nullptr ? V(0.f) : simd::load<Arch>(from + c, n - c);
      for (std::size_t e = 0; e != count; ++e)
        sum = simd::fma(V(own[e]), simd::load_stored<Arch>(w + columns[e] * n + c, n - c), sum);
      simd::store(to + c, sum, n - c);
    }
  });
}

template <class Arch>
float dot_of(const float* a, const float* b, std::size_t n) {
  using V = simd::Vector<Arch>;
  return simd::first_lane(reduce<Arch>(
      n, [=](V sum, std::size_t i) { return simd::fma(simd::load<Arch>(a + i), simd::load<Arch>(b + i), sum); },
      [=](V sum, std::size_t i, std::size_t count) {
        return simd::fma(simd::load<Arch>(a + i, count), simd::load<Arch>(b + i, count), sum);
      }));
}

template <class Arch>
void sampled_dots(const SparseRows& entries, const float* x, const float* w, std::size_t n, float* out, int threads) {
  for_rows(entries.rows, entries.starts[entries.rows] * n, threads, [&](std::size_t r) {
    for (std::size_t e = entries.starts[r]; e != entries.starts[r + 1]; ++e)
      out[e] = dot_of<Arch>(x + r * n, w + entries.columns[e] * n, n);
  });
}

template <class Arch>
void row_dots(const float* a, const float* b, std::size_t rows, std::size_t n, float* out, int threads) {
  for_rows(rows, rows * n, threads, [&](std::size_t r) { out[r] = dot_of<Arch>(a + r * n, b + r * n, n); });
}

}  // namespace TL_NAMESPACE::kernels::detail
