#pragma once
// Bodies of attention.hpp, once an instruction set. Rows that begin with the same past are taken together over it, up
// to six, so that a key is read once for all; then each goes on over what only it sees. Neither changes a chain.
#include <tl/kernels/attention.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/softmax-inl.hpp>
#include <utility>

namespace TL_NAMESPACE::kernels {

namespace detail {

inline constexpr std::size_t attention_grain = 1 << 15;

// The keys [from, to) of a past, in order, in runs that stay within one block.
template <class Arch>
class Runs {
 public:
  Runs(const Span* spans, std::size_t from, std::size_t to) : span_(spans), index_(from), to_(to), skip_(from) {}

  // Steps to the next run; false after the last.
  bool next() {
    index_ += count;
    if (index_ >= to_) return false;
    for (skip_ += count; skip_ >= span_->count; ++span_) skip_ -= span_->count;
    slot = span_->first + skip_;
    const std::size_t in_block = block_slots - slot % block_slots, in_span = span_->count - skip_, left = to_ - index_;
    count = in_block < in_span ? in_block : in_span;
    count = count < left ? count : left;
    return true;
  }
  std::size_t index() const { return index_; }  // of the run's first key in the list

  std::size_t slot = 0, count = 0;

 private:
  const Span* span_;
  std::size_t index_, to_, skip_;
};

// How many keys the pasts of rows a and b have in common before they part. (Equal keys cut into other spans may be
// missed: that costs time only.)
template <class Arch>
std::size_t common_past(const Pasts& pasts, std::size_t a, std::size_t b) {
  const Span *x = pasts.spans + pasts.first_span[a], *y = pasts.spans + pasts.first_span[b];
  const Span *x_end = pasts.spans + pasts.first_span[a + 1], *y_end = pasts.spans + pasts.first_span[b + 1];
  std::size_t keys = 0;
  for (; x != x_end && y != y_end && x->first == y->first; ++x, ++y) {
    keys += x->count < y->count ? x->count : y->count;
    if (x->count != y->count) break;
  }
  return keys;
}

// Consecutive rows taken together: what each has in common with the leader, the one with the longest past.
template <class Arch>
struct Group {
  std::size_t first, rows, leader, common[attention_rows], shortest_common;
};

// The group that begins at row `first`: rows join while they share at least half of their past with its first row.
template <class Arch>
Group<Arch> group_at(const Pasts& pasts, std::size_t first, std::size_t end) {
  Group<Arch> group{first, 1, first, {}, 0};
  for (std::size_t r = first + 1; r < end; ++r, ++group.rows) {
    if (2 * common_past<Arch>(pasts, first, r) < pasts.length[r]) break;
    if (pasts.length[r] > pasts.length[group.leader]) group.leader = r;
  }
  group.shortest_common = pasts.length[group.leader];
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t r = first + i;
    group.common[i] = r == group.leader ? pasts.length[r] : common_past<Arch>(pasts, r, group.leader);
    if (group.common[i] < group.shortest_common) group.shortest_common = group.common[i];
  }
  return group;
}

// One head of one layer.
template <class Arch>
struct HeadCache {
  KeyValues cache;
  std::size_t head;

  const float* keys(std::size_t slot) const {  // [d_head][block_slots]
    return cache.blocks[slot / block_slots] + cache.offset + head * cache.d_head * block_slots;
  }
  const float* value(std::size_t slot) const {  // [d_head]
    return cache.blocks[slot / block_slots] + cache.offset +
           ((cache.n_head + head) * block_slots + slot % block_slots) * cache.d_head;
  }
};

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

// z[r][column ...] goes on by sum over the keys [from, to) of pattern[r][key] value[key][column ...], over Vectors
// vectors of columns, or the first `part` columns of one vector.
template <class Arch, int Rows, int Vectors, bool Whole>
void mix_tile(const float* const* pattern, const HeadCache<Arch>& head, const Span* spans, std::size_t from,
              std::size_t to, std::size_t column, float* z, std::size_t z_stride, std::size_t part) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>;
  const auto read = [=](const float* p) { return Whole ? simd::load<Arch>(p) : simd::load<Arch>(p, part); };
  V sum[Rows][Vectors];
#pragma GCC unroll 16
  for (std::size_t r = 0; r != Rows; ++r)
#pragma GCC unroll 16
    for (std::size_t c = 0; c != Vectors; ++c) sum[r][c] = from == 0 ? V(0.f) : read(z + r * z_stride + c * width);
  Runs<Arch> ahead(spans, from, to);
  ahead.next();
  for (Runs<Arch> run(spans, from, to); run.next();) {
    const float* value = head.value(run.slot) + column;
    const float* next = ahead.next() ? head.value(ahead.slot) + column : value;
    const std::size_t end = run.index() + run.count;
    for (std::size_t key = run.index(); key != end; ++key, value += head.cache.d_head, next += head.cache.d_head) {
      for (std::size_t line = 0; line < Vectors * width; line += 16) __builtin_prefetch(next + line, 0, 2);
      V row[Vectors];
#pragma GCC unroll 16
      for (std::size_t c = 0; c != Vectors; ++c) row[c] = read(value + c * width);
#pragma GCC unroll 16
      for (std::size_t r = 0; r != Rows; ++r) {
        const V factor = simd::set<Arch>(pattern[r][key]);
#pragma GCC unroll 16
        for (std::size_t c = 0; c != Vectors; ++c) sum[r][c] = simd::fma(factor, row[c], sum[r][c]);
      }
    }
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
void mix_columns(const float* const* pattern, const HeadCache<Arch>& head, const Span* spans, std::size_t from,
                 std::size_t to, std::size_t column, float* z, std::size_t z_stride) {
  constexpr std::size_t strip = Vectors * simd::width<Arch>;
  const std::size_t d_head = head.cache.d_head;
  for (; column + strip <= d_head; column += strip)
    mix_tile<Arch, Rows, Vectors, true>(pattern, head, spans, from, to, column, z + column, z_stride, 0);
  if (column == d_head) return;
  if constexpr (Vectors > 1) mix_columns<Arch, Rows, Vectors / 2>(pattern, head, spans, from, to, column, z, z_stride);
  else mix_tile<Arch, Rows, 1, false>(pattern, head, spans, from, to, column, z + column, z_stride, d_head - column);
}

template <class Arch, int Rows>
void mix_rows(const float* const* pattern, const HeadCache<Arch>& head, const Span* spans, std::size_t from,
              std::size_t to, float* z, std::size_t z_stride) {
  mix_columns<Arch, Rows, Rows == 1 ? 8 : Arch::attention_vectors>(pattern, head, spans, from, to, 0, z, z_stride);
}

// Calls f.template operator()<rows>().
template <class Arch, class F, int... Below>
void with_rows(std::size_t rows, const F& f, std::integer_sequence<int, Below...>) {
  static_cast<void>(((rows == Below + 1 ? (f.template operator()<Below + 1>(), true) : false) || ...));
}
template <class Arch, class F>
void with_rows(std::size_t rows, const F& f) {
  with_rows<Arch>(rows, f, std::make_integer_sequence<int, int{attention_rows}>{});
}

// The two products for one head of a group; scores[i] and pattern[i] are those of its row i.
template <class Arch>
void score_group(const float* q, const Pasts& pasts, const Group<Arch>& group, const HeadCache<Arch>& head,
                 float* const* scores) {
  const std::size_t d_head = head.cache.d_head, stride = head.cache.n_head * d_head;
  const auto spans = [&](std::size_t row) { return pasts.spans + pasts.first_span[row]; };
  const float* first_q = q + group.first * stride + head.head * d_head;
  with_rows<Arch>(group.rows, [&]<int Rows>() {
    score_rows<Arch, Rows>(first_q, stride, head, spans(group.leader), 0, pasts.length[group.leader], scores,
                           group.common);
  });
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t length = pasts.length[group.first + i];
    if (group.common[i] != length)
      score_rows<Arch, 1>(first_q + i * stride, stride, head, spans(group.first + i), group.common[i], length,
                          scores + i, &length);
  }
}

template <class Arch>
void mix_group(const float* const* pattern, const Pasts& pasts, const Group<Arch>& group, const HeadCache<Arch>& head,
               float* z) {
  const std::size_t d_head = head.cache.d_head, stride = head.cache.n_head * d_head;
  const auto spans = [&](std::size_t row) { return pasts.spans + pasts.first_span[row]; };
  float* first_z = z + group.first * stride + head.head * d_head;
  with_rows<Arch>(group.rows, [&]<int Rows>() {
    mix_rows<Arch, Rows>(pattern, head, spans(group.leader), 0, group.shortest_common, first_z, stride);
  });
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t length = pasts.length[group.first + i];
    if (group.shortest_common != length)
      mix_rows<Arch, 1>(pattern + i, head, spans(group.first + i), group.shortest_common, length, first_z + i * stride,
                        stride);
  }
}

// f(group, head, thread) for every head and group of rows; late rows, whose pasts are long, first.
template <class Arch, class F>
void for_each_group(const Pasts& pasts, const KeyValues& cache, int threads, const F& f) {
  std::size_t keys = 0;
  for (std::size_t r = 0; r != pasts.rows; ++r) keys += pasts.length[r];
  const int team = useful_threads(keys * cache.n_head * cache.d_head, attention_grain, threads);
  const std::size_t tiles = (pasts.rows + attention_rows - 1) / attention_rows;
  parallel_for(tiles * cache.n_head, team, [&](std::size_t item, int thread) {
    const HeadCache<Arch> head{cache, item / tiles};
    const std::size_t tile = tiles - 1 - item % tiles;
    const std::size_t end = pasts.rows < (tile + 1) * attention_rows ? pasts.rows : (tile + 1) * attention_rows;
    for (std::size_t row = tile * attention_rows; row != end;) {
      const Group<Arch> group = group_at<Arch>(pasts, row, end);
      f(group, head, thread);
      row += group.rows;
    }
  });
}

// Where the materialised scores of a group's rows lie.
template <class Arch, class Float>
void find_scores(const Pasts& pasts, const Group<Arch>& group, std::size_t head, Float* scores,
                 Float* (&rows)[attention_rows]) {
  for (std::size_t i = 0; i != group.rows; ++i) {
    const std::size_t r = group.first + i;
    rows[i] = scores + pasts.first_score[r] + head * pasts.length[r];
  }
}

}  // namespace detail

template <class Arch>
void attention(const float* q, Pasts pasts, KeyValues cache, float* z, float* scratch, int threads) {
  std::size_t longest = 0;
  for (std::size_t r = 0; r != pasts.rows; ++r) longest = pasts.length[r] > longest ? pasts.length[r] : longest;
  const std::size_t stride = attention_scratch(longest, 1) / attention_rows;
  detail::for_each_group<Arch>(
      pasts, cache, threads, [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int thread) {
        float* scores[attention_rows];
        for (std::size_t i = 0; i != group.rows; ++i)
          scores[i] = scratch + (static_cast<std::size_t>(thread) * attention_rows + i) * stride;
        detail::score_group(q, pasts, group, head, scores);
        for (std::size_t i = 0; i != group.rows; ++i)
          detail::softmax_row<Arch>(scores[i], pasts.length[group.first + i], scores[i]);
        detail::mix_group(scores, pasts, group, head, z);
      });
}

template <class Arch>
void attention_scores(const float* q, Pasts pasts, KeyValues cache, float* scores, int threads) {
  detail::for_each_group<Arch>(pasts, cache, threads,
                               [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int) {
                                 float* rows[attention_rows];
                                 detail::find_scores(pasts, group, head.head, scores, rows);
                                 detail::score_group(q, pasts, group, head, rows);
                               });
}

template <class Arch>
void attention_softmax(Pasts pasts, std::size_t n_head, float* scores, int threads) {
  std::size_t keys = 0;
  for (std::size_t r = 0; r != pasts.rows; ++r) keys += pasts.length[r];
  const int team = useful_threads(keys * n_head, detail::softmax_grain, threads);
  parallel_for(pasts.rows * n_head, team, [=](std::size_t item, int) {
    const std::size_t row = item / n_head;
    float* x = scores + pasts.first_score[row] + item % n_head * pasts.length[row];
    detail::softmax_row<Arch>(x, pasts.length[row], x);
  });
}

template <class Arch>
void attention_mix(const float* pattern, Pasts pasts, KeyValues cache, float* z, int threads) {
  detail::for_each_group<Arch>(pasts, cache, threads,
                               [=](const detail::Group<Arch>& group, const detail::HeadCache<Arch>& head, int) {
                                 const float* rows[attention_rows];
                                 detail::find_scores(pasts, group, head.head, pattern, rows);
                                 detail::mix_group(rows, pasts, group, head, z);
                               });
}

}  // namespace TL_NAMESPACE::kernels
