#pragma once
// What a hook is told beside the view: where it is, and which token position each row of the view belongs to.
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/hooks/point.hpp>
#include <tl/hooks/position.hpp>
#include <tl/hooks/row.hpp>

namespace TL_NAMESPACE {

class Context {
 public:
  Context(int at_layer, Point at_point, std::span<const Row> of_rows, std::span<const std::uint32_t> keys = {},
          int may_use = 1)
      : layer(at_layer), point(at_point), threads(may_use), rows_(of_rows), key_positions_(keys) {}

  int layer;  // no_layer outside the blocks
  Point point;
  int threads;  // that the hook's own loops may use

  // Rows of the view; scores and patterns come one row at a time, as [head, key_pos].
  std::size_t rows() const { return rows_.size(); }
  std::size_t position(std::size_t row = 0) const { return at(row).position; }
  std::size_t sequence(std::size_t row = 0) const { return at(row).sequence; }
  std::size_t prompt_length(std::size_t row = 0) const { return at(row).prompt_length; }
  SequenceInfo sequence_info(std::size_t row = 0) const { return {sequence(row), prompt_length(row)}; }
  std::size_t step(std::size_t row = 0) const { return at(row).step; }
  Token token(std::size_t row = 0) const { return at(row).token; }
  Phase phase(std::size_t row = 0) const { return at(row).phase; }
  RowKind kind(std::size_t row = 0) const { return at(row).kind; }
  // Of scores and patterns: the position that index `key` of key_pos stands for.
  std::size_t key_position(std::size_t key) const {
    assert(key < key_positions_.size());
    return key_positions_[key];
  }

  // The same place seen by `count` rows from `first` on.
  Context window(std::size_t first, std::size_t count) const {
    return {layer, point, rows_.subspan(first, count), key_positions_, threads};
  }

 private:
  const Row& at(std::size_t row) const {
    assert(row < rows_.size());
    return rows_[row];
  }
  std::span<const Row> rows_;
  std::span<const std::uint32_t> key_positions_;
};

}  // namespace TL_NAMESPACE
