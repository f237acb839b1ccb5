#pragma once
// Body of attention.hpp's way into the cache. It moves floats and computes nothing: one body serves every instruction
// set.
#include <algorithm>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::kernels {

// By heads: the slots of a block lie side by side, and two threads should not write to one cache line.
TL_INLINE void store_key_values(const float* k, const float* v, const std::uint32_t* slot, std::size_t rows,
                                KeyValues cache, int threads) {
  const std::size_t n_head = cache.n_head, d_head = cache.d_head;
  parallel_for(n_head, useful_threads(rows * n_head * d_head, 1 << 14, threads), [=](std::size_t head, int) {
    for (std::size_t row = 0; row != rows; ++row) {
      float* block = cache.blocks[slot[row] / block_slots];
      const std::size_t from = (row * n_head + head) * d_head;
      float* key = block + cache.key_index(head, 0, slot[row]);
      for (std::size_t d = 0; d != d_head; ++d) key[d * block_slots] = k[from + d];
      std::copy_n(v + from, d_head, block + cache.value_index(head, slot[row], 0));
    }
  });
}

}  // namespace TL_NAMESPACE::kernels
