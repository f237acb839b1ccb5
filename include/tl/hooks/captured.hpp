#pragma once
// What a capture keeps of one point at one layer of one sequence: the values of each row, in the order of positions.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <tl/core/aligned_memory.hpp>
#include <tl/hooks/policy.hpp>
#include <tl/kernels/parallel.hpp>
#include <vector>

namespace TL_NAMESPACE {

// A captured array as TransformerLens shapes it, without the batch axis: [pos, ...] or [head, pos, key_pos].
struct CapturedArray {
  std::vector<std::size_t> extents;
  AlignedVector<float> values;
};

struct NamedArray {
  std::string name;
  CapturedArray array;
};

// Values are written once, where they stay: a prompt's array is made in its final size. What is generated beyond it, or
// captured of some positions only, may be moved.
class Captured {
 public:
  // Rows that may be taken back (a token tree's) are not kept. Rows [first, first + count) of a view are of one sequence.
  template <class T, class... Ds>
  void append(TensorView<T, Ds...> view, std::size_t first, std::size_t count, const Context& at) {
    if (at.phase(first) == Phase::verify) return;
    if constexpr (detail::leads_with_rows<TensorView<T, Ds...>>) {
      const auto rows = view.rows(first, count);
      if (positions_ == 0) row_extents_ = tail_of(rows.shape().extents());
      append_values(rows.data(), rows.size(), at.threads);
      positions_ += count;
    } else {
      const auto extents = view.shape().extents();
      append_keys(view.data(), extents[0], extents[1], at);
    }
  }

  std::size_t positions() const { return positions_; }

  // What was kept, moved out. Scores and patterns are square: entries that a row could not see hold -inf and 0.
  CapturedArray take(Point point) {
    CapturedArray array;
    if (info(point).shape == PointShape::head_key_pos && positions_ != 0) {
      resize(positions_, keys_, 1);
      array.extents = {heads_, positions_, keys_};
    } else {
      array.extents.push_back(positions_);
      array.extents.insert(array.extents.end(), row_extents_.begin(), row_extents_.end());
    }
    array.values = std::move(values_);
    *this = {};
    return array;
  }

 private:
  template <std::size_t N>
  static std::vector<std::size_t> tail_of(const std::array<std::size_t, N>& extents) {
    return {extents.begin() + 1, extents.end()};
  }

  void append_values(const float* from, std::size_t count, int threads) {
    const std::size_t before = values_.size();
    if (before == 0) values_.reserve(count);
    values_.resize(before + count);
    each_piece(count, threads, [=, to = values_.data() + before](std::size_t begin, std::size_t end) {
      std::copy(from + begin, from + end, to + begin);
    });
  }
  // f(begin, end) for pieces of [0, count). Fresh memory is cleared by who touches it first, which takes longer than the
  // copy: by all threads.
  template <class F>
  static void each_piece(std::size_t count, int threads, const F& f) {
    constexpr std::size_t piece = huge_page / sizeof(float) / 4;
    kernels::parallel_for((count + piece - 1) / piece, threads, [&](std::size_t i, int) {
      f(i * piece, std::min(count, (i + 1) * piece));
    });
  }

  // One position's scores or pattern, [head, key_pos], at their places in [head, room for positions, room for keys].
  void append_keys(const float* row, std::size_t heads, std::size_t keys, const Context& at) {
    heads_ = heads;
    masked_ = at.point == Point::attn_scores ? -std::numeric_limits<float>::infinity() : 0.f;
    // Who captures position 0 captures the prompt, as a rule.
    if (position_room_ == 0) resize(at.position() == 0 ? std::max<std::size_t>(at.prompt_length(), 1) : 1, std::max(keys, at.prompt_length()), at.threads);
    const bool full = positions_ == position_room_;
    if (full || keys > key_room_)
      resize(full ? 2 * position_room_ : position_room_, keys > key_room_ ? 2 * keys : key_room_, at.threads);
    for (std::size_t head = 0; head != heads; ++head)
      std::copy_n(row + head * keys, keys, values_.data() + (head * position_room_ + positions_) * key_room_);
    ++positions_;
    keys_ = std::max(keys_, keys);
  }
  // Gives what is kept another room, at least what it fills.
  void resize(std::size_t positions, std::size_t keys, int threads) {
    if (positions == position_room_ && keys == key_room_) return;
    AlignedVector<float> values(heads_ * positions * keys);
    each_piece(values.size(), threads, [&](std::size_t begin, std::size_t end) {
      std::fill(values.data() + begin, values.data() + end, masked_);
    });
    for (std::size_t head = 0; head != heads_; ++head)
      for (std::size_t p = 0; p != positions_; ++p)
        std::copy_n(values_.data() + (head * position_room_ + p) * key_room_, std::min(keys, key_room_),
                    values.data() + (head * positions + p) * keys);
    values_ = std::move(values);
    position_room_ = positions;
    key_room_ = keys;
  }

  std::size_t positions_ = 0;
  std::vector<std::size_t> row_extents_;
  AlignedVector<float> values_;
  // Of scores and patterns.
  std::size_t heads_ = 0, keys_ = 0, position_room_ = 0, key_room_ = 0;
  float masked_ = 0;
};

namespace detail {
// Appends a view's rows to kept(sequence) of the sequence of each.
template <class View, class Kept>
void append_rows(View view, const Context& at, Kept kept) {
  for (std::size_t row = 0; row != at.rows();) {
    std::size_t end = row + 1;
    while (end != at.rows() && at.sequence(end) == at.sequence(row)) ++end;
    kept(at.sequence(row)).append(view, row, end - row, at);
    row = end;
  }
}
}  // namespace detail

}  // namespace TL_NAMESPACE
