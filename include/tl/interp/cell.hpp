#pragma once
// One run of a sweep: a prompt's run with an edit of the values at one point of one layer.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <tl/hooks/captured.hpp>
#include <tl/hooks/point.hpp>
#include <tl/model/config.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct Cell {
  // values: the row's numbers at the point; of one head, where the cell names one; of scores and patterns, over
  // key_pos.
  using Edit = std::function<void(std::span<float> values, std::size_t position)>;

  Point point;
  std::size_t layer;
  std::optional<std::size_t> head = {};
  std::size_t first = 0;                 // positions from here ...
  std::optional<std::size_t> last = {};  // ... to here, the end where there is none, are edited
  Edit edit;

  // The same point of layers behind, edited in the same run: a window of layers.
  struct Further {
    std::size_t layer;
    Edit edit;
  };
  std::vector<Further> further = {};

  const Edit* at(int at_layer) const {
    if (!info(point).in_block || at_layer == static_cast<int>(layer)) return &edit;
    for (const Further& more : further)
      if (at_layer == static_cast<int>(more.layer)) return &more.edit;
    return nullptr;
  }
  // Throws Error where the model, or a prompt of this length, does not have what the cell names.
  void check(const Config& config, std::size_t length) const;
};

// An edit that puts in what another run had at the point and layer: in a cell of one head, that head's. Both runs are
// of one length, and the values have to outlive the edit.
inline Cell::Edit put_captured(const CapturedArray& run, Point point, std::optional<std::size_t> head = {}) {
  const float* const values = run.values.data();
  if (info(point).shape ==
      PointShape::head_key_pos) {  // [head, pos, key_pos]; a row is [head, key_pos] of its own past
    const std::size_t n = run.extents[1];
    return [from = values + head.value_or(0) * n * n, n](std::span<float> row, std::size_t position) {
      const std::size_t keys = position + 1;
      for (std::size_t h = 0; h * keys != row.size(); ++h)
        std::copy_n(from + (h * n + position) * n, keys, row.data() + h * keys);
    };
  }
  const std::size_t width = run.values.size() / run.extents[0];
  return
      [from = values + (head ? *head * width / run.extents[1] : 0), width](std::span<float> row, std::size_t position) {
        std::copy_n(from + position * width, row.size(), row.data());
      };
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/cell-inl.hpp>
#endif
