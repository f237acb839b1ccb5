#pragma once
// What a capture keeps of one point at one layer of one sequence: the values of each row, in the order of positions.
#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <tl/hooks/policy.hpp>
#include <vector>

namespace TL_NAMESPACE {

// A captured array as TransformerLens shapes it, without the batch axis: [pos, ...] or [head, pos, key_pos].
struct CapturedArray {
  std::vector<std::size_t> extents;
  std::vector<float> values;
};

struct NamedArray {
  std::string name;
  CapturedArray array;
};

class Captured {
 public:
  // Rows that may be taken back (a token tree's) are not kept.
  template <class T, class... Ds>
  void append(TensorView<T, Ds...> view, std::size_t row, const Context& at) {
    if (at.phase(row) == Phase::verify) return;
    if constexpr (detail::leads_with_rows<TensorView<T, Ds...>>) {
      keep(view(row));
    } else {
      lengths_.push_back(view.template extent<"key_pos">());
      keep(view);
    }
  }

  std::size_t positions() const { return positions_; }

  // What was kept, moved out. Scores and patterns become square: entries that a row could not see hold -inf and 0.
  CapturedArray take(Point point) {
    CapturedArray array;
    if (info(point).shape == PointShape::head_key_pos && positions_ != 0) array = square(point);
    else {
      array.extents.push_back(positions_);
      array.extents.insert(array.extents.end(), row_extents_.begin(), row_extents_.end());
      array.values = std::move(values_);
    }
    *this = {};
    return array;
  }

 private:
  template <class T, class... Ds>
  void keep(TensorView<T, Ds...> row) {
    if (positions_++ == 0) {
      const auto extents = row.shape().extents();
      row_extents_.assign(extents.begin(), extents.end());
    }
    values_.insert(values_.end(), row.data(), row.data() + row.size());
  }
  CapturedArray square(Point point) const {
    const std::size_t heads = row_extents_[0], keys = *std::max_element(lengths_.begin(), lengths_.end());
    const float masked = point == Point::attn_scores ? -std::numeric_limits<float>::infinity() : 0.f;
    CapturedArray array{{heads, positions_, keys}, std::vector<float>(heads * positions_ * keys, masked)};
    const float* from = values_.data();
    for (std::size_t p = 0; p != positions_; ++p)
      for (std::size_t head = 0; head != heads; ++head, from += lengths_[p])
        std::copy_n(from, lengths_[p], array.values.data() + (head * positions_ + p) * keys);
    return array;
  }

  std::size_t positions_ = 0;
  std::vector<std::size_t> row_extents_, lengths_;
  std::vector<float> values_;
};

}  // namespace TL_NAMESPACE
