#pragma once
// Attention of rows over their own past: each row names the cache slots it sees, in order, its own slot last. Prefill,
// decode, ragged batches and trees of rows differ in these lists only.
// One score is one chain of fused multiply-adds over d_head; softmax takes two passes over a row's scores, lanes by
// index in the row's list; z is one chain over that list in order. So a row's bits depend on its own past alone, and
// the fused kernel gives those of the three steps.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// Slots of one block of the cache.
inline constexpr std::size_t block_slots = 16;
// Rows that are taken together over what their pasts have in common.
inline constexpr std::size_t attention_rows = 6;

// Consecutive slots of the cache. Slot s lies in block s / block_slots, at s % block_slots.
struct Span {
  std::uint32_t first, count;
};

// The keys and values of one layer. blocks[b] + offset holds the layer's keys of block b, [head][d_head][block_slots],
// then its values, [head][block_slots][d_head].
struct KeyValues {
  float* const* blocks;
  std::size_t offset, n_head, d_head;

  constexpr std::size_t key_index(std::size_t head, std::size_t d, std::size_t slot) const {
    return offset + (head * d_head + d) * block_slots + slot % block_slots;
  }
  constexpr std::size_t value_index(std::size_t head, std::size_t slot, std::size_t d) const {
    return offset + (n_head * d_head + head * d_head) * block_slots + slot % block_slots * d_head + d;
  }
};

// Floats that one layer takes in a block.
constexpr std::size_t block_size(std::size_t n_head, std::size_t d_head) { return 2 * n_head * d_head * block_slots; }

// The pasts of `rows` rows: row r sees the slots of spans[first_span[r]] .. spans[first_span[r + 1]], `length[r]` in
// all. Where scores are materialised, row r's are [head, length[r]] at scores + first_score[r].
struct Pasts {
  std::size_t rows;
  const std::uint32_t* first_span;  // [rows + 1]
  const Span* spans;
  const std::uint32_t* length;     // [rows]
  const std::size_t* first_score;  // [rows + 1]
};

// Row r's key and value, k and v [rows, head, d_head], into slot[r]. Slots are distinct.
void store_key_values(const float* k, const float* v, const std::uint32_t* slot, std::size_t rows, KeyValues cache,
                      int threads);

// q [rows, head, d_head] -> z [rows, head, d_head]; scores are scaled by 1 / sqrt(d_head).
// scratch: attention_scratch floats for the longest past.
std::size_t attention_scratch(std::size_t longest_past, int threads);
void attention(const float* q, Pasts pasts, KeyValues cache, float* z, float* scratch, int threads);

// The same in the steps that hook_attn_scores and hook_pattern show. A row whose scores are all -inf gets a pattern of
// zeros. softmax works in place.
void attention_scores(const float* q, Pasts pasts, KeyValues cache, float* scores, int threads);
void attention_softmax(Pasts pasts, std::size_t n_head, float* scores, int threads);
void attention_mix(const float* pattern, Pasts pasts, KeyValues cache, float* z, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
