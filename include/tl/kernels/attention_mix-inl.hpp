#pragma once
// Patterns times values: one chain for each row and column of z, over the row's list in order; it goes on through z
// where rows part.
#include <tl/kernels/attention_past-inl.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// What a tile reads of a past: its keys [from, to), of which row r sees those below limit[r], and all rows those below
// `common`.
template <class Arch>
struct MixKeys {
  const Span* spans;
  std::size_t from, common, to;
  const std::size_t* limit;
};

// z[r][column ...] goes on by sum over the keys that row r sees of pattern[r][key] value[key][column ...], over Vectors
// vectors of columns, or the first `part` columns of one vector.
template <class Arch, int Rows, int Vectors, bool Whole>
void mix_tile(const float* const* pattern, const HeadCache<Arch>& head, const MixKeys<Arch>& keys, std::size_t column,
              float* z, std::size_t z_stride, std::size_t part) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  const auto read = [=](const float* p) { return Whole ? simd::load<Arch>(p) : simd::load<Arch>(p, part); };
  V sum[Rows][Vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t c = 0; c != Vectors; ++c) sum[r][c] = keys.from == 0 ? V(0.f) : read(z + r * z_stride + c * width);
  Runs<Arch> ahead(keys.spans, keys.from, keys.to);
  ahead.next(), ahead.next();
  for (Runs<Arch> run(keys.spans, keys.from, keys.to); run.next();) {
    const float* value = head.value(run.slot) + column;
    const float* next = ahead.next() ? head.value(ahead.slot) + column : value;
    const std::size_t end = run.index() + run.count;
    const auto add = [&](std::size_t key, const auto& sees) {
      V row[Vectors];
#pragma GCC unroll 16
      for (std::size_t c = 0; c != Vectors; ++c) {
        row[c] = read(value + c * width);
        if (c % (16 / width) == 0) __builtin_prefetch(next + c * width, 0, 2);
      }
#pragma GCC unroll 16
      for (std::size_t r = 0; r != Rows; ++r) {
        if (!sees(r)) continue;
        const V factor = simd::set<Arch>(pattern[r][key]);
#pragma GCC unroll 16
        for (std::size_t c = 0; c != Vectors; ++c) sum[r][c] = simd::fma(factor, row[c], sum[r][c]);
      }
      value += head.cache.d_head, next += head.cache.d_head;
    };
    std::size_t key = run.index();
    for (; key < end && key < keys.common; ++key) add(key, [](std::size_t) { return true; });
    for (; key < end; ++key) add(key, [&](std::size_t r) { return key < keys.limit[r]; });
  }
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t c = 0; c != Vectors; ++c) {
      if constexpr (Whole) simd::store(z + r * z_stride + c * width, sum[r][c]);
      else simd::store(z + r * z_stride + c * width, sum[r][c], part);
    }
}

// All columns from `column` on, in strips of Vectors vectors, then narrower ones.
template <class Arch, int Rows, int Vectors>
void mix_columns(const float* const* pattern, const HeadCache<Arch>& head, const MixKeys<Arch>& keys,
                 std::size_t column, float* z, std::size_t z_stride) {
  constexpr std::size_t strip = Vectors * simd::width<Arch>;
  const std::size_t d_head = head.cache.d_head;
  for (; column + strip <= d_head; column += strip)
    mix_tile<Arch, Rows, Vectors, true>(pattern, head, keys, column, z + column, z_stride, 0);
  if (column == d_head) return;
  if constexpr (Vectors > 1) mix_columns<Arch, Rows, Vectors / 2>(pattern, head, keys, column, z, z_stride);
  else mix_tile<Arch, Rows, 1, false>(pattern, head, keys, column, z + column, z_stride, d_head - column);
}

template <class Arch, int Rows>
void mix_rows(const float* const* pattern, const HeadCache<Arch>& head, const MixKeys<Arch>& keys, float* z,
              std::size_t z_stride) {
  mix_columns<Arch, Rows, Rows == 1 ? 8 : Arch::attention_vectors>(pattern, head, keys, 0, z, z_stride);
}

}  // namespace TL_NAMESPACE::kernels::detail
