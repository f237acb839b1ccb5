#pragma once
// The cached past of a session: keys and values in blocks of 16 slots. A block may be shared by several sessions; it is
// copied when somebody writes to a block that is not theirs alone.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <tl/core/tensor.hpp>
#include <tl/kernels/attention.hpp>
#include <tl/model/config.hpp>
#include <vector>

namespace TL_NAMESPACE {

class KvCache {
 public:
  explicit KvCache(const Config& config)
      : n_head_(config.n_head),
        d_head_(config.d_head),
        layer_size_(kernels::block_size(config.n_head, config.d_head)),
        block_size_(layer_size_ * config.n_layer) {}

  // Slots of a sequence, in order: position i of the sequence lies in blocks[i / 16] at i % 16.
  using BlockList = std::vector<std::uint32_t>;

  static std::uint32_t slot(const BlockList& blocks, std::size_t index) {
    return static_cast<std::uint32_t>(blocks[index / kernels::block_slots] * kernels::block_slots +
                                      index % kernels::block_slots);
  }

  // Makes slots [first, last) of the sequence its own to write: new blocks where there are none, copies of shared ones.
  void reserve(BlockList& blocks, std::size_t first, std::size_t last) {
    if (first == last) return;
    for (std::size_t i = first / kernels::block_slots; i != (last - 1) / kernels::block_slots + 1; ++i) {
      if (i == blocks.size()) {
        blocks.push_back(add(allocate()));
      } else if (memory_[blocks[i]].use_count() != 1) {
        auto copy = allocate();
        std::copy_n(table_[blocks[i]], block_size_, copy->data());
        set(blocks[i], std::move(copy));
      }
    }
  }

  // Another number for a block, whose memory is then shared.
  std::uint32_t share(std::uint32_t block) { return add(memory_[block]); }

  // The keys and values of a slot, in every layer, become those of another, whose block is not shared.
  void copy_slot(std::size_t from, std::size_t to) {
    if (from == to) return;
    const float* const source = table_[from / kernels::block_slots];
    float* const target = table_[to / kernels::block_slots];
    const std::size_t n_layer = block_size_ / layer_size_;
    for (std::size_t index = 0; index != n_layer; ++index) {
      const kernels::KeyValues at = layer(index);
      for (std::size_t head = 0; head != n_head_; ++head) {
        for (std::size_t d = 0; d != d_head_; ++d)
          target[at.key_index(head, d, to)] = source[at.key_index(head, d, from)];
        std::copy_n(source + at.value_index(head, from, 0), d_head_, target + at.value_index(head, to, 0));
      }
    }
  }

  // Appends to `spans` the first `count` slots of the sequence, merging neighbours.
  static void append_spans(const BlockList& blocks, std::size_t count, std::size_t floor,
                           std::vector<kernels::Span>& spans) {
    for (std::size_t i = 0; i * kernels::block_slots < count; ++i) {
      const auto n = static_cast<std::uint32_t>(std::min(kernels::block_slots, count - i * kernels::block_slots));
      append_span({blocks[i] * static_cast<std::uint32_t>(kernels::block_slots), n}, floor, spans);
    }
  }
  // Appends a span, merging it with the last where it continues it; spans below index `floor` belong to another row.
  static void append_span(kernels::Span span, std::size_t floor, std::vector<kernels::Span>& spans) {
    if (spans.size() > floor && spans.back().first + spans.back().count == span.first) spans.back().count += span.count;
    else spans.push_back(span);
  }

  // The keys and values of a layer, as the kernels take them.
  kernels::KeyValues layer(std::size_t index) const { return {table_.data(), index * layer_size_, n_head_, d_head_}; }

  // Of blocks that are shared with somebody, those too.
  std::size_t bytes() const {
    const std::set<const float*> distinct(table_.begin(), table_.end());
    return distinct.size() * block_size_ * sizeof(float);
  }

 private:
  using Block = Tensor<float, Dim<"slot">>;

  std::shared_ptr<Block> allocate() const { return std::make_shared<Block>(block_size_); }
  std::uint32_t add(std::shared_ptr<Block> block) {
    table_.push_back(block->data());
    memory_.push_back(std::move(block));
    return static_cast<std::uint32_t>(memory_.size() - 1);
  }
  void set(std::uint32_t id, std::shared_ptr<Block> block) {
    table_[id] = block->data();
    memory_[id] = std::move(block);
  }

  std::size_t n_head_, d_head_, layer_size_, block_size_;
  std::vector<std::shared_ptr<Block>> memory_;
  std::vector<float*> table_;
};

}  // namespace TL_NAMESPACE
