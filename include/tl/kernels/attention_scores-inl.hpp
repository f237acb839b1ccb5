#pragma once
// Queries times keys: every lane of a vector is one key, so a score is one chain over d_head wherever its key lies.
#include <tl/kernels/attention_past-inl.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// Vectors of keys that wait to be multiplied: lane l of vector c is key index[c] + l of the list, valid where
// first[c] <= l < last[c].
template <class Arch, int Vectors>
struct KeyVectors {
  const float *keys[Vectors], *ahead[Vectors];  // ahead: to be fetched meanwhile
  std::ptrdiff_t index[Vectors], first[Vectors], last[Vectors];
};

// scores[r][key] = scale * sum over d of q[r][d] key[d] for the waiting keys, those below limit[r].
template <class Arch, int Rows, int Vectors>
void score_tile(const float* q, std::size_t q_stride, std::size_t d_head, float scale,
                const KeyVectors<Arch, Vectors>& columns, int used, float* const* scores, const std::size_t* limit) {
  using V = simd::Vector<Arch>;
  constexpr std::ptrdiff_t width = simd::width<Arch>;
  V sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c) sum[r][c] = V(0.f);
  for (std::size_t d = 0; d != d_head; ++d) {
    V key[Vectors];
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c) {
      key[c] = simd::load<Arch>(columns.keys[c] + d * block_slots);
      __builtin_prefetch(columns.ahead[c] + d * block_slots, 0, 2);
    }
#pragma GCC unroll 16
    for (int r = 0; r != Rows; ++r) {
      const V factor = simd::set<Arch>(q[static_cast<std::size_t>(r) * q_stride + d]);
#pragma GCC unroll 16
      for (int c = 0; c != Vectors; ++c) sum[r][c] = simd::fma(factor, key[c], sum[r][c]);
    }
  }
  alignas(64) float products[Rows][Vectors][width];
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c) simd::store(products[r][c], simd::product(sum[r][c], V(scale)));
  for (int r = 0; r != Rows; ++r)
    for (int c = 0; c != used; ++c) {
      const std::ptrdiff_t below = static_cast<std::ptrdiff_t>(limit[r]) - columns.index[c];
      const std::ptrdiff_t first = columns.first[c], last = columns.last[c] < below ? columns.last[c] : below;
      float* to = scores[r] + (columns.index[c] + first);
      if (last - first == width) simd::store(to, simd::load<Arch>(products[r][c]));
      else
        for (std::ptrdiff_t lane = first; lane < last; ++lane) to[lane - first] = products[r][c][lane];
    }
}

// Scores of Rows consecutive rows against the keys [from, to) of one past.
template <class Arch, int Rows>
void score_rows(const float* q, std::size_t q_stride, const HeadCache<Arch>& head, const Span* spans, std::size_t from,
                std::size_t to, float* const* scores, const std::size_t* limit) {
  constexpr std::ptrdiff_t width = simd::width<Arch>;
  constexpr int vectors = Rows == 1 ? 8 : Arch::attention_vectors;
  const float scale = 1.f / __builtin_sqrtf(static_cast<float>(head.cache.d_head));
  KeyVectors<Arch, vectors> waiting;
  int used = 0;
  const auto multiply = [&] {
    for (int c = used; c != vectors; ++c)  // computed and not stored
      waiting.keys[c] = waiting.keys[0], waiting.ahead[c] = waiting.ahead[0];
    score_tile<Arch, Rows, vectors>(q, q_stride, head.cache.d_head, scale, waiting, used, scores, limit);
    used = 0;
  };
  Runs<Arch> ahead(spans, from, to);
  for (std::ptrdiff_t slots = 0; slots < vectors * width; slots += block_slots) ahead.next();
  for (Runs<Arch> run(spans, from, to); run.next();) {
    const float* next = head.keys(ahead.next() ? ahead.slot : run.slot);
    const auto lane = static_cast<std::ptrdiff_t>(run.slot % block_slots);
    const auto end = lane + static_cast<std::ptrdiff_t>(run.count);
    for (std::ptrdiff_t start = lane / width * width; start < end; start += width) {
      waiting.keys[used] = head.keys(run.slot) + start;
      waiting.ahead[used] = next + start;
      waiting.index[used] = static_cast<std::ptrdiff_t>(run.index()) + start - lane;
      waiting.first[used] = lane > start ? lane - start : 0;
      waiting.last[used] = end < start + width ? end - start : width;
      if (++used == vectors) multiply();
    }
  }
  if (used != 0) multiply();
}

}  // namespace TL_NAMESPACE::kernels::detail
