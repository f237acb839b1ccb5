#pragma once
// Many runs of one prompt that differ from a base run in one edit each: activation patching, ablation grids, causal
// tracing, path patching. Of each only what its edit can change is computed: rows from its first position on, layers from
// its own on, logits of the last row; the runs of a layer go through the model together. Each has the bits of a whole
// run with that hook (an edit of hook_result apart: it regroups a sum in every row, here only in those computed).
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tl/interp/metric.hpp>
#include <tl/interp/sweep_cost.hpp>
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
};

struct SweepOptions {
  // Edits of the embeddings (hook_embed) that belong to the base run, and so to every cell: noise, a corrupted subject.
  std::function<void(std::span<float> embedding, std::size_t position)> embed = {};
  // Attention patterns of all cells are the base run's: what an edit does other than by moving attention.
  bool frozen_patterns = false;
};

// Called as a sweep goes on; false stops it.
using SweepProgress = std::function<bool(std::size_t done, std::size_t count)>;

namespace detail {

// The policy of a sweep: keeps the residual stream of the base run, then edits the rows of cells.
class CellEdits {
 public:
  explicit CellEdits(const SweepOptions& options) : options_(options) {}

  bool wants(Point point, int layer) const {
    if (cells_.empty()) return point == Point::resid_pre || edits(point, layer) || (keeps_patterns() && point == Point::pattern);
    return edits(point, layer);
  }
  bool edits(Point point, int layer) const {
    if (cells_.empty()) return point == Point::embed && options_.embed;
    if (options_.frozen_patterns && point == Point::pattern) return true;
    return point == cells_[0]->point && (layer == no_layer || layers_.contains(layer));
  }
  // A session's past is the base run, which nothing edits.
  bool edits_position(std::size_t, std::size_t) const { return false; }
  bool may_share(std::size_t, std::size_t, std::size_t) const { return true; }
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

  void edit(std::span<const Cell* const> cells) {
    cells_ = cells;
    layers_.clear();
    for (const Cell* cell : cells) {
      layers_.insert(static_cast<int>(cell->layer));
      for (const Cell::Further& more : cell->further) layers_.insert(static_cast<int>(more.layer));
    }
  }
  std::span<const float> residual() const { return residual_; }  // [layer, pos, d_model]

 private:
  bool keeps_patterns() const { return options_.frozen_patterns; }
  // The base run: keeps what cells need of it.
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

template <class Model>
class Sweep {
 public:
  // Runs the base prompt. Throws Error where it is empty.
  Sweep(const Model& model, std::span<const Token> tokens, RunOptions run = {}, const SweepOptions& options = {})
      : model_(&model), length_(tokens.size()), edits_(options), session_(model, run, edits_) {
    if (tokens.empty()) throw Error("a sweep needs a prompt of at least one token");
    // The last layer's patterns lie behind its keys and values.
    session_.extend(session_.open(length_), tokens, options.frozen_patterns ? Need::last_logits : Need::past);
  }
  Sweep(const Sweep&) = delete;

  const Config& config() const { return model_->config(); }
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
        flops_ += cell_flops(model_->config(), together[i]->layer, together[i]->first, length_);
      }
      if (progress && !progress(end, cells.size())) break;
    }
    return values;
  }

  // Floating point operations that the cells run so far need (cell_flops).
  double flops() const { return flops_; }

 private:
  // The fewest rows at which linear layers reach what they can, some times over.
  static constexpr std::size_t rows_together = 1024;

  static std::string name(const Cell& cell) {
    return full_name(cell.point, info(cell.point).in_block ? static_cast<int>(cell.layer) : no_layer);
  }
  void check(const Cell& cell) const {
    const Config& config = model_->config();
    const PointInfo& point = info(cell.point);
    if (!point.in_block && (cell.point < Point::ln_final_scale || cell.point == Point::unembed_out || cell.layer + 1 != config.n_layer))
      throw Error("a sweep edits points of blocks, or of the final LayerNorm behind the last layer, and ",
                  full_name(cell.point, no_layer), " in layer ", cell.layer, " is none");
    for (const Cell::Further& more : cell.further)
      if (more.layer <= cell.layer || more.layer >= config.n_layer)
        throw Error("a cell of layer ", cell.layer, " names layer ", more.layer, " too, which is not behind it");
    if (cell.layer >= config.n_layer)
      throw Error("a cell names layer ", cell.layer, ", and this model has layers 0 to ", config.n_layer - 1);
    if (const char* const why = detail::missing_part(cell.point, config))
      throw Error("a cell names ", name(cell), ", and ", why);
    const bool by_head = point.shape == PointShape::head_d_head || point.shape == PointShape::head_d_model ||
                         point.shape == PointShape::head_key_pos;
    if (cell.head && !by_head) throw Error(name(cell), " has no heads");
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
    for (const Cell* cell : cells) variants.push_back({cell->first, base.subspan(cell->first * d)});
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
  std::size_t length_;
  double flops_ = 0;
  detail::CellEdits edits_;
  Session<Model, detail::CellEdits&> session_;
};

}  // namespace TL_NAMESPACE
