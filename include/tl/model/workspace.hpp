#pragma once
// The memory of a forward pass: buffers that grow to the largest pass seen and are used again, so that a token loop
// allocates nothing.
#include <cstddef>
#include <cstdint>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/token.hpp>
#include <tl/kernels/read_logits.hpp>
#include <tl/model/row_batch.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Floats, aligned, kept until more are needed; growing forgets what was there.
class Buffer {
 public:
  float* need(std::size_t count) {
    if (count > capacity_) {
      data_.reset();
      data_ = allocate<float>(count);
      capacity_ = count;
    }
    return data_.get();
  }
  float* data() { return data_.get(); }

 private:
  AlignedMemory<float> data_;
  std::size_t capacity_ = 0;
};

struct Workspace {
  Buffer resid, delta, normalized, scale;  // [row, d_model]; scale [row]
  Buffer qkv, z;                           // [3, row, head, d_head]; [row, head, d_head]
  Buffer rounded;                          // a linear layer's input, in the storage's precision
  Buffer scores, scratch;                  // [head, key_pos] a row; attention's own
  Buffer attn_in, head_input, result;      // [row, head, d_model], where a hook names them
  Buffer mlp;                              // [row, d_mlp]
  Buffer logits, all_logits;               // [chosen row, d_vocab]; [row, d_vocab] where a hook looks
  const kernels::LogitQuestions* questions = nullptr;  // instead of logits, where they are asked
  RowBatch chosen_batch;  // the rows that go through the rest of the last block, where they are fewer
  std::vector<Token> tokens;
  std::vector<std::uint32_t> positions, chosen;  // chosen: the rows whose logits are wanted
};

}  // namespace TL_NAMESPACE
