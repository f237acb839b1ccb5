#pragma once
#include <algorithm>
#include <array>
#include <functional>
#include <queue>
#include <tl/text/merges.hpp>
#include <utility>

namespace TL_NAMESPACE::text {

// The slot that holds the pair, or the empty one where it would go.
TL_INLINE std::size_t Merges::slot_of(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  std::uint64_t hash = pair * 0x9E3779B97F4A7C15u;
  hash ^= hash >> 32;
  std::size_t slot = hash & mask;
  while (slots_[slot].rank != no_rank && slots_[slot].pair != pair) slot = (slot + 1) & mask;
  return slot;
}

TL_INLINE bool Merges::add(Token left, Token right, Token merged) {
  if (slots_.size() < 2 * (size() + 1)) {
    std::vector<Slot> old(std::max<std::size_t>(16, 2 * slots_.size()));
    old.swap(slots_);
    for (const Slot& slot : old)
      if (slot.rank != no_rank) slots_[slot_of(slot.pair)] = slot;
  }
  const std::uint64_t pair = pair_of(left, right);
  Slot& slot = slots_[slot_of(pair)];
  if (slot.rank != no_rank) return false;
  slot = {pair, static_cast<std::uint32_t>(size())};
  merged_.push_back(merged);
  return true;
}

TL_INLINE std::uint32_t Merges::rank(Token left, Token right) const {
  return slots_.empty() ? no_rank : slots_[slot_of(pair_of(left, right))].rank;
}

TL_INLINE std::size_t Merges::apply(std::span<Token> symbols) const {
  return symbols.size() <= longest_scan ? apply_by_scan(symbols) : apply_by_heap(symbols);
}

TL_INLINE std::size_t Merges::apply_by_scan(std::span<Token> symbols) const {
  std::size_t size = symbols.size();
  std::array<std::uint32_t, longest_scan> ranks;  // of the pair (i, i + 1)
  for (std::size_t i = 0; i + 1 < size; ++i) ranks[i] = rank(symbols[i], symbols[i + 1]);
  while (size > 1) {
    std::size_t best = 0;
    for (std::size_t i = 1; i + 1 < size; ++i)
      if (ranks[i] < ranks[best]) best = i;
    if (ranks[best] == no_rank) break;
    symbols[best] = merged_[ranks[best]];
    --size;
    for (std::size_t i = best + 1; i < size; ++i) {
      symbols[i] = symbols[i + 1];
      ranks[i - 1] = ranks[i];
    }
    if (best + 1 < size) ranks[best] = rank(symbols[best], symbols[best + 1]);
    if (best != 0) ranks[best - 1] = rank(symbols[best - 1], symbols[best]);
  }
  return size;
}

TL_INLINE std::size_t Merges::apply_by_heap(std::span<Token> symbols) const {
  using Index = std::uint32_t;
  constexpr Index none = UINT32_MAX;
  if (symbols.empty()) return 0;
  struct Symbol {
    Index previous, next;
    std::uint32_t rank;  // of the pair with the next one; no_rank once merged away
  };
  std::vector<Symbol> links(symbols.size());
  // (rank, index) in one number, so that the smallest is the best; an entry whose rank is no longer its pair's is
  // stale.
  std::vector<std::uint64_t> pairs;
  const auto key = [](std::uint32_t rank, Index i) { return std::uint64_t{rank} << 32 | i; };
  for (Index i = 0; i != links.size(); ++i) {
    const bool last = i + 1 == links.size();
    links[i] = {i == 0 ? none : i - 1, last ? none : i + 1, last ? no_rank : rank(symbols[i], symbols[i + 1])};
    if (links[i].rank != no_rank) pairs.push_back(key(links[i].rank, i));
  }
  std::priority_queue heap(std::greater<std::uint64_t>{}, std::move(pairs));
  const auto renew = [&](Index i) {
    links[i].rank = links[i].next == none ? no_rank : rank(symbols[i], symbols[links[i].next]);
    if (links[i].rank != no_rank) heap.push(key(links[i].rank, i));
  };
  while (!heap.empty()) {
    const Index left = static_cast<Index>(heap.top());
    const std::uint32_t rank = static_cast<std::uint32_t>(heap.top() >> 32);
    heap.pop();
    if (links[left].rank != rank) continue;
    const Index right = links[left].next;
    symbols[left] = merged_[rank];
    links[left].next = links[right].next;
    links[right].rank = no_rank;
    if (links[left].next != none) links[links[left].next].previous = left;
    renew(left);
    if (links[left].previous != none) renew(links[left].previous);
  }
  std::size_t size = 0;
  for (Index i = 0; i != none; i = links[i].next) symbols[size++] = symbols[i];
  return size;
}

}  // namespace TL_NAMESPACE::text
