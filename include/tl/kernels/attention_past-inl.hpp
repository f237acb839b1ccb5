#pragma once
// What rows of attention see: a past cut into runs that lie in one block, rows grouped by the past they share, and one
// head of the cache. All carry the instruction set, as every function of kernels does (simd.hpp).
#include <tl/kernels/attention.hpp>

namespace TL_NAMESPACE::kernels::detail {

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
Group<Arch> group_at(const Pasts& pasts, std::size_t first) {
  const std::size_t end = pasts.rows - first < attention_rows ? pasts.rows : first + attention_rows;
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

}  // namespace TL_NAMESPACE::kernels::detail
