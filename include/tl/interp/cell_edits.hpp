#pragma once
// The hook policy of a sweep: keeps what cells need of the base run, then edits the rows of cells.
#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <tl/hooks/policy.hpp>
#include <tl/interp/cell.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

struct SweepOptions {
  // Edits of the embeddings (hook_embed) that belong to the base run, and so to every cell: noise, a corrupted subject.
  std::function<void(std::span<float> embedding, std::size_t position)> embed = {};
  // Attention patterns of all cells are the base run's: what an edit does other than by moving attention.
  bool frozen_patterns = false;
};

namespace detail {

class CellEdits {
 public:
  explicit CellEdits(const SweepOptions& options) : options_(options) {}

  bool wants(Point point, int layer) const {
    if (edits(point, layer)) return true;
    return cells_.empty() && (point == Point::resid_pre || (options_.frozen_patterns && point == Point::pattern));
  }
  bool edits(Point point, int layer) const {
    if (cells_.empty()) return point == Point::embed && options_.embed;
    if (options_.frozen_patterns && point == Point::pattern) return true;
    return point == cells_[0]->point && (layer == no_layer || layers_.contains(layer));
  }
  // A session's past is the base run, which nothing edits.
  bool edits_position(std::size_t, SequenceInfo) const { return false; }
  bool may_share(std::size_t, SequenceInfo, SequenceInfo) const { return true; }
  template <class F>
  void for_each_ref(F) const {}
  template <class MissingPart>
  void check(std::size_t, MissingPart) const {}

  template <class T, class... Ds>
  void call(TensorView<T, Ds...> view, const Context& at) {
    constexpr bool by_row = leads_with_rows<TensorView<T, Ds...>>;
    if (cells_.empty()) return base(view, at);
    if constexpr (!by_row)
      if (options_.frozen_patterns && at.point == Point::pattern) {
        const auto& kept = patterns_.at({at.layer, at.position()});
        std::copy(kept.begin(), kept.end(), view.data());
        if (cells_[0]->point != Point::pattern) return;
      }
    for (std::size_t row = 0; row != at.rows(); ++row) {
      const Cell& cell = *cells_[at.sequence(row)];
      const std::size_t position = at.position(row), size = by_row ? view.size() / at.rows() : view.size();
      const Cell::Edit* const edit = cell.at(at.layer);
      if (!edit || position < cell.first || (cell.last && position > *cell.last)) continue;
      std::span<float> values(view.data() + row * size, size);
      if (cell.head) {
        const std::size_t width = size / view.shape().extents()[by_row ? 1 : 0];
        values = values.subspan(*cell.head * width, width);
      }
      (*edit)(values, position);
    }
  }

  // From here on the rows of sequence i are those of cell i; without cells, the base run's.
  void edit(std::span<const Cell* const> cells) {
    cells_ = cells;
    layers_.clear();
    for (const Cell* cell : cells) {
      layers_.insert(static_cast<int>(cell->layer));
      for (const Cell::Further& more : cell->further) layers_.insert(static_cast<int>(more.layer));
    }
  }
  std::span<const float> residual() const { return residual_; }  // of the base run, [layer, pos, d_model]

 private:
  template <class T, class... Ds>
  void base(TensorView<T, Ds...> view, const Context& at) {
    if (at.point == Point::resid_pre) residual_.insert(residual_.end(), view.data(), view.data() + view.size());
    if (at.point == Point::pattern) patterns_[{at.layer, at.position()}] = {view.data(), view.data() + view.size()};
    if (at.point == Point::embed)
      for (std::size_t row = 0; row != at.rows(); ++row) {
        const std::size_t width = view.size() / at.rows();
        options_.embed({view.data() + row * width, width}, at.position(row));
      }
  }

  SweepOptions options_;
  std::span<const Cell* const> cells_;
  std::set<int> layers_;
  std::vector<float> residual_;
  std::map<std::pair<int, std::size_t>, std::vector<float>> patterns_;  // of a layer and position: [head, key_pos]
};

}  // namespace detail

}  // namespace TL_NAMESPACE
