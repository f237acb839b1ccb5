#pragma once
// Many runs of one prompt that differ from a base run in one edit each: activation patching, ablation grids, causal
// tracing, path patching. Of each only what its edit can change is computed: rows from its first position on, layers from
// its own on, logits of the last row; the runs of a layer go through the model together. Each has the bits of a whole
// run with that hook (an edit of hook_result apart: it regroups a sum in every row, here only in those computed).
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <tl/interp/metric.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

// One run of a sweep: an edit of the values at a point of a layer.
struct Cell {
  // values: the row's numbers at the point; of one head, where the cell names one; of scores and patterns, over key_pos.
  using Edit = std::function<void(std::span<float> values, std::size_t position)>;

  Point point;
  std::size_t layer;
  std::optional<std::size_t> head = {};
  std::size_t first = 0;                     // positions from here ...
  std::optional<std::size_t> last = {};      // ... to here, the end where there is none, are edited
  Edit edit;
};

// Called as a sweep goes on; false stops it.
using SweepProgress = std::function<bool(std::size_t done, std::size_t count)>;

namespace detail {

// The policy of a sweep: keeps the residual stream of the base run, then edits the rows of cells.
class CellEdits {
 public:
  bool wants(Point point, int layer) const {
    return cells_.empty() ? point == Point::resid_pre : point == cells_[0]->point && layer == layer_;
  }
  bool edits(Point point, int layer) const { return !cells_.empty() && wants(point, layer); }
  // A session's past is the base run, which nothing edits.
  bool edits_position(std::size_t, std::size_t) const { return false; }
  bool may_share(std::size_t, std::size_t, std::size_t) const { return true; }
  template <class F>
  void for_each_ref(F) const {}
  template <class MissingPart>
  void check(std::size_t, MissingPart) const {}

  template <class T, class... Ds>
  void call(TensorView<T, Ds...> view, const Context& at) {
    if (cells_.empty()) {
      residual_.insert(residual_.end(), view.data(), view.data() + view.size());
      return;
    }
    constexpr bool by_row = leads_with_rows<TensorView<T, Ds...>>;
    for (std::size_t row = 0; row != at.rows(); ++row) {
      const Cell& cell = *cells_[at.sequence(row)];
      const std::size_t position = at.position(row), size = by_row ? view.size() / at.rows() : view.size();
      if (position < cell.first || (cell.last && position > *cell.last)) continue;
      std::span<float> values(view.data() + row * size, size);
      if (cell.head) {
        const std::size_t width = size / view.shape().extents()[by_row ? 1 : 0];
        values = values.subspan(*cell.head * width, width);
      }
      cell.edit(values, position);
    }
  }

  void edit(std::span<const Cell* const> cells) {
    cells_ = cells;
    layer_ = cells.empty() ? -1 : static_cast<int>(cells[0]->layer);
  }
  std::span<const float> residual() const { return residual_; }  // [layer, pos, d_model]

 private:
  std::span<const Cell* const> cells_;
  int layer_ = -1;
  std::vector<float> residual_;
};

}  // namespace detail

template <class Model>
class Sweep {
 public:
  // Runs the base prompt. Throws Error where it is empty.
  Sweep(const Model& model, std::span<const Token> tokens, RunOptions options = {})
      : model_(&model), length_(tokens.size()), session_(model, options, edits_) {
    if (tokens.empty()) throw Error("a sweep needs a prompt of at least one token");
    session_.extend(session_.open(length_), tokens, Need::past);
  }
  Sweep(const Sweep&) = delete;

  std::size_t positions() const { return length_; }

  // The metric's value at the last position of the base run.
  double base(const Metric& metric) {
    std::vector<double> value(1);
    const Cell nothing{.point = Point::resid_pre, .layer = model_->config().n_layer - 1, .first = length_ - 1,
                       .edit = [](std::span<float>, std::size_t) {}};
    const Cell* const one = &nothing;
    run_together(std::span(&one, 1), metric, value);
    return value[0];
  }

  // The metric's value at the last position of each cell's run, in the order of the cells; NaN for those that were not
  // run because progress said stop. Throws Error where a cell names what the model does not have, where there is no cell
  // and where a value of the metric is not a number.
  std::vector<double> run(std::span<const Cell> cells, const Metric& metric, const SweepProgress& progress = {}) {
    if (cells.empty()) throw Error("a sweep needs at least one cell");
    for (const Cell& cell : cells) check(cell);
    std::vector<const Cell*> order(cells.size());
    std::transform(cells.begin(), cells.end(), order.begin(), [](const Cell& cell) { return &cell; });
    const auto key = [](const Cell* cell) { return std::pair(cell->layer, cell->point); };
    std::stable_sort(order.begin(), order.end(), [&](const Cell* a, const Cell* b) { return key(a) < key(b); });

    std::vector<double> values(cells.size(), std::numeric_limits<double>::quiet_NaN());
    std::vector<double> some;
    for (std::size_t begin = 0, end = 0; begin != order.size(); begin = end) {
      for (std::size_t rows = 0; end != order.size() && key(order[end]) == key(order[begin]); ++end) {
        rows += length_ - order[end]->first;
        if (end != begin && rows > rows_together) break;
      }
      const auto together = std::span(order).subspan(begin, end - begin);
      some.resize(together.size());
      run_together(together, metric, some);
      for (std::size_t i = 0; i != together.size(); ++i) {
        const auto index = static_cast<std::size_t>(together[i] - cells.data());
        if (std::isnan(some[i])) throw Error("the metric of cell ", index, " of the sweep is not a number");
        values[index] = some[i];
      }
      if (progress && !progress(end, cells.size())) break;
    }
    return values;
  }

  // Rows of layers computed so far, each 2 (4 d_model n_head d_head + 2 d_model d_mlp) operations and attention.
  std::size_t layer_rows() const { return layer_rows_; }

 private:
  // The fewest rows at which linear layers reach what they can, some times over.
  static constexpr std::size_t rows_together = 1024;

  void check(const Cell& cell) const {
    const Config& config = model_->config();
    const PointInfo& point = info(cell.point);
    if (!point.in_block) throw Error("a sweep edits points of blocks, and ", full_name(cell.point, no_layer), " is none");
    if (cell.layer >= config.n_layer)
      throw Error("a cell names layer ", cell.layer, ", and this model has layers 0 to ", config.n_layer - 1);
    if (const char* why = detail::missing_part(cell.point, config))
      throw Error("a cell names ", full_name(cell.point, static_cast<int>(cell.layer)), ", and ", why);
    const bool by_head = point.shape == PointShape::head_d_head || point.shape == PointShape::head_d_model ||
                         point.shape == PointShape::head_key_pos;
    if (cell.head && !by_head) throw Error(full_name(cell.point, static_cast<int>(cell.layer)), " has no heads");
    if (cell.head && *cell.head >= config.n_head)
      throw Error("a cell names head ", *cell.head, ", and this model has heads 0 to ", config.n_head - 1);
    if (cell.first >= length_ || (cell.last && (*cell.last < cell.first || *cell.last >= length_)))
      throw Error("a cell names positions ", cell.first, " to ", cell.last.value_or(length_ - 1), ", and the prompt has ", length_);
  }

  // Cells of one point of one layer, in one forward pass.
  void run_together(std::span<const Cell* const> cells, const Metric& metric, std::span<double> values) {
    const std::size_t d = model_->config().d_model, layer = cells[0]->layer;
    const auto base = edits_.residual().subspan(layer * length_ * d, length_ * d);
    std::vector<Variant> variants;
    for (const Cell* cell : cells) {
      variants.push_back({cell->first, base.subspan(cell->first * d)});
      layer_rows_ += (length_ - cell->first) * (model_->config().n_layer - layer);
    }
    struct Editing {
      detail::CellEdits& edits;
      ~Editing() { edits.edit({}); }
    } editing{edits_};
    edits_.edit(cells);
    MetricReading reading(metric, cells.size(), model_->config().d_vocab);
    const auto questions = reading.questions();
    const auto logits = session_.variants(0, layer, variants, metric.of_all_logits ? nullptr : &questions);
    reading.values(logits.data(), values);
  }

  const Model* model_;
  std::size_t length_, layer_rows_ = 0;
  detail::CellEdits edits_;
  Session<Model, detail::CellEdits&> session_;
};

}  // namespace TL_NAMESPACE
