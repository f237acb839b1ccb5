#pragma once
// Queries times keys: every lane of a vector is one key, so a score is one chain over d_head wherever its key lies.
#include <tl/kernels/attention_past-inl.hpp>
#include <tl/kernels/map-inl.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

// Queries are copied together, scaled, by blocks of d_head: one pointer then reaches those of a group, and the tile has
// registers left to address keys (96 % of the peak instead of 89 % on a Zen 4).
inline constexpr std::size_t query_block = 256, query_stride = query_block + 16;

// Vectors of keys that wait to be multiplied: the first `count` lanes of vector c are the keys index[c] ... of the
// list.
template <class Arch>
struct KeyVectors {
  static constexpr int most = 8;
  const float *keys[most], *ahead[most];
  std::size_t index[most], count[most];
};

// scores[r][key] = (go_on ? scores[r][key] : 0) + sum over d of q[r][d] key[d], for the keys of the waiting vectors
// [first, first + Vectors) below limit[r]; `whole` where all their lanes are.
template <class Arch, int Rows, int Vectors>
void score_tile(const float* q, std::size_t depth, const KeyVectors<Arch>& waiting, int first, bool go_on, bool whole,
                float* const* scores, const std::size_t* limit) {
  using V = simd::Vector<Arch>;
  const auto valid = [&](int r, int c) {
    const std::size_t index = waiting.index[first + c], count = waiting.count[first + c];
    return limit[r] <= index ? 0 : limit[r] - index < count ? limit[r] - index : count;
  };
  const float *keys[Vectors], *ahead[Vectors];
#pragma GCC unroll 16
  for (int c = 0; c != Vectors; ++c) keys[c] = waiting.keys[first + c], ahead[c] = waiting.ahead[first + c];
  V sum[Rows][Vectors];
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c)
      sum[r][c] = go_on ? simd::load<Arch>(scores[r] + waiting.index[first + c], valid(r, c)) : V(0.f);
  for (std::size_t d = 0; d != depth; ++d) {
    V key[Vectors];
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c) {
      key[c] = simd::load<Arch>(keys[c] + d * block_slots);
      __builtin_prefetch(ahead[c] + d * block_slots, 0, 2);
    }
#pragma GCC unroll 16
    for (int r = 0; r != Rows; ++r) {
      const V factor = simd::set<Arch>(q[static_cast<std::size_t>(r) * query_stride + d]);
#pragma GCC unroll 16
      for (int c = 0; c != Vectors; ++c) sum[r][c] = simd::fma(factor, key[c], sum[r][c]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (int c = 0; c != Vectors; ++c) {
      float* to = scores[r] + waiting.index[first + c];
      if (whole) simd::store(to, sum[r][c]);
      else simd::store(to, sum[r][c], valid(r, c));
    }
}

// One block of d_head of score_rows: q is the copy, keys begin `offset` floats into a head's.
template <class Arch, int Rows>
void score_block(const float* q, std::size_t depth, const HeadCache<Arch>& head, std::size_t offset, const Span* spans,
                 std::size_t from, std::size_t to, float* const* scores, const std::size_t* limit) {
  constexpr std::size_t width = simd::width<Arch>;
  constexpr int vectors = Rows == 1 ? KeyVectors<Arch>::most : 2;  // one row streams, more stay in registers
  KeyVectors<Arch> waiting;
  int used = 0, first = 0;
  bool whole = true;
  std::size_t shortest = limit[0];
  for (int r = 1; r != Rows; ++r) shortest = limit[r] < shortest ? limit[r] : shortest;
  const auto multiply = [&]<int Vectors>() {
    score_tile<Arch, Rows, Vectors>(q, depth, waiting, first, offset != 0, whole, scores, limit);
    first += Vectors;
  };
  Runs<Arch> ahead(spans, from, to), values(spans, from, to);  // what is fetched meanwhile: keys, then the first values
  for (std::size_t slots = 0; slots < 8 * block_slots; slots += block_slots) ahead.next();
  for (Runs<Arch> run(spans, from, to); run.next();) {
    const std::size_t lane = run.slot % block_slots;
    const float* keys = head.keys(run.slot) + offset + lane;
    const float* next = keys;
    if (ahead.next()) next = head.keys(ahead.slot) + offset;
    else if (values.next()) next = head.value(values.slot - values.slot % block_slots);
    // A vector may begin in the middle of a row of 16 slots: its last lanes then read what is no key of its own, and
    // are not stored. (Values follow the last key.)
    for (std::size_t start = 0; start < run.count; start += width) {
      waiting.keys[used] = keys + start;
      waiting.ahead[used] = next + start;
      waiting.index[used] = run.index() + start;
      waiting.count[used] = run.count - start < width ? run.count - start : width;
      whole = whole && waiting.count[used] == width && waiting.index[used] + width <= shortest;
      if (++used != vectors) continue;
      multiply.template operator()<vectors>();
      used = first = 0;
      whole = true;
    }
  }
  if constexpr (vectors > 4)
    if (used - first >= 4) multiply.template operator()<4>();
  if constexpr (vectors > 2)
    if (used - first >= 2) multiply.template operator()<2>();
  if (used != first) multiply.template operator()<1>();
}

// scores[r][key] = sum over d of q[r][d] / sqrt(d_head) key[d] for Rows consecutive rows and the keys [from, to) of one
// past, those below limit[r].
template <class Arch, int Rows>
void score_rows(const float* q, std::size_t q_stride, const HeadCache<Arch>& head, const Span* spans, std::size_t from,
                std::size_t to, float* const* scores, const std::size_t* limit) {
  using V = simd::Vector<Arch>;
  const std::size_t d_head = head.cache.d_head;
  const V scale(1.f / __builtin_sqrtf(static_cast<float>(d_head)));
  alignas(64) float scaled[Rows * query_stride];
  for (std::size_t d = 0; d < d_head; d += query_block) {
    const std::size_t depth = d_head - d < query_block ? d_head - d : query_block;
    for (std::size_t r = 0; r != Rows; ++r)
      map<Arch>(
          depth, scaled + r * query_stride, [scale](V v) { return simd::product(v, scale); }, q + r * q_stride + d);
    score_block<Arch, Rows>(scaled, depth, head, d * block_slots, spans, from, to, scores, limit);
  }
}

}  // namespace TL_NAMESPACE::kernels::detail
