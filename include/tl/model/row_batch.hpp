#pragma once
// The rows of one forward pass, with the list of cache slots that each may attend to.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/hooks/row.hpp>
#include <tl/kernels/attention.hpp>
#include <vector>

namespace TL_NAMESPACE {

class RowBatch {
 public:
  void clear() {
    rows_.clear();
    slots_.clear();
    spans_.clear();
    lengths_.clear();
    first_span_.assign(1, 0);
    first_score_.assign(1, 0);
    first_key_.assign(1, 0);
  }

  // Adds a row whose past is the spans appended to spans() since the last row, its own slot last.
  void add(const Row& row, std::size_t n_head) {
    rows_.push_back(row);
    slots_.push_back(row.slot);
    std::uint32_t length = 0;
    for (std::size_t i = first_span_.back(); i != spans_.size(); ++i) length += spans_[i].count;
    lengths_.push_back(length);
    first_span_.push_back(static_cast<std::uint32_t>(spans_.size()));
    first_score_.push_back(first_score_.back() + n_head * length);
    first_key_.push_back(first_key_.back() + length);
  }

  // Becomes the given rows of another batch, without the positions of their keys.
  void take(const RowBatch& from, std::span<const std::uint32_t> rows, std::size_t n_head) {
    clear();
    for (const std::uint32_t r : rows) {
      spans_.insert(spans_.end(), from.spans_.begin() + from.first_span_[r], from.spans_.begin() + from.first_span_[r + 1]);
      add(from.rows_[r], n_head);
    }
  }

  // Notes the position that each key stands for, for hooks on scores and patterns; position[slot] is indexed by slot.
  void note_key_positions(std::span<const std::uint32_t> position) {
    key_positions_.clear();
    for (const kernels::Span& span : spans_)
      for (std::uint32_t i = 0; i != span.count; ++i) key_positions_.push_back(position[span.first + i]);
  }
  std::span<const std::uint32_t> key_positions(std::size_t r) const {
    return std::span(key_positions_).subspan(first_key_[r], lengths_[r]);
  }

  std::vector<kernels::Span>& spans() { return spans_; }
  std::size_t span_floor() const { return first_span_.back(); }

  std::size_t size() const { return rows_.size(); }
  std::span<const Row> rows() const { return rows_; }
  std::span<const Row> row(std::size_t r) const { return std::span(rows_).subspan(r, 1); }
  const std::uint32_t* slots() const { return slots_.data(); }
  kernels::Pasts pasts() const {
    return {rows_.size(), first_span_.data(), spans_.data(), lengths_.data(), first_score_.data()};
  }
  std::size_t past_length(std::size_t r) const { return lengths_[r]; }
  std::size_t first_score(std::size_t r) const { return first_score_[r]; }
  std::size_t score_count() const { return first_score_.back(); }
  std::size_t longest_past() const {
    return lengths_.empty() ? 0 : *std::max_element(lengths_.begin(), lengths_.end());
  }

 private:
  std::vector<Row> rows_;
  std::vector<std::uint32_t> slots_, lengths_, first_span_{0}, key_positions_;
  std::vector<std::size_t> first_score_{0}, first_key_{0};
  std::vector<kernels::Span> spans_;
};

}  // namespace TL_NAMESPACE
