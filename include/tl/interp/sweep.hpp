#pragma once
// Many runs of one prompt that differ from a base run in one edit each: activation patching, ablation grids, causal
// tracing, path patching. Of each only what its edit can change is computed: rows from its first position on, layers
// from its own on, logits of the rows that are asked about; the runs of a layer go through the model together. Each has
// the bits of a whole run with that hook (an edit of hook_result apart: it regroups a sum in every row, here only in
// those computed).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <span>
#include <tl/interp/cell_edits.hpp>
#include <tl/interp/metric.hpp>
#include <tl/interp/sweep_cost.hpp>
#include <tl/model/gpt2.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// Called as a sweep goes on; false stops it.
using SweepProgress = std::function<bool(std::size_t done, std::size_t count)>;

// [cell, pos]
using CellLogProbs = Tensor<float, Dim<"cell">, Dim<"pos">>;

template <class Model>
class Sweep {
 public:
  // Runs the base prompt. Throws Error where it is empty.
  Sweep(const Model& model, std::span<const Token> tokens, RunOptions run = {}, const SweepOptions& options = {})
      : model_(&model), tokens_(tokens.begin(), tokens.end()), edits_(options), session_(model, run, edits_) {
    if (tokens.empty()) throw Error("a sweep needs a prompt of at least one token");
    // The last layer's patterns lie behind its keys and values.
    session_.extend(session_.open(positions()), tokens, options.frozen_patterns ? Need::last_logits : Need::past);
  }
  Sweep(const Sweep&) = delete;

  const Config& config() const { return model_->config(); }
  std::size_t positions() const { return tokens_.size(); }

  // The metric's value at the last position of the base run.
  double base(const Metric& metric) {
    const Cell nothing = base_from(positions() - 1);
    const Cell* const one = &nothing;
    double value;
    measure({&one, 1}, metric, {&value, 1});
    return value;
  }

  // The metric's value at the last position of each cell's run, in the order of the cells; NaN for those that were not
  // run because progress said stop. Throws Error where a cell names what the model does not have, where there is no
  // cell and where a value of the metric is not a number.
  std::vector<double> run(std::span<const Cell> cells, const Metric& metric, const SweepProgress& progress = {}) {
    std::vector<double> values(cells.size(), std::numeric_limits<double>::quiet_NaN()), some;
    for_each_batch(cells, progress, [&](Cells batch) {
      some.resize(batch.size());
      measure(batch, metric, some);
      for (std::size_t i = 0; i != batch.size(); ++i) {
        const auto index = static_cast<std::size_t>(batch[i] - cells.data());
        if (std::isnan(some[i])) throw Error("the metric of cell ", index, " of the sweep is not a number");
        values[index] = some[i];
        flops_ += cell_flops(config(), batch[i]->layer, batch[i]->first, positions());
      }
    });
    return values;
  }

  // Gpt2::log_probs of each cell's run: of the token after each position but the last. NaN for cells that were not run
  // because progress said stop; cells are refused as by run().
  CellLogProbs log_probs(std::span<const Cell> cells, const SweepProgress& progress = {}) {
    const std::size_t n = positions() - 1;
    CellLogProbs out(cells.size(), n);
    fill(out.view(), std::numeric_limits<float>::quiet_NaN());
    std::vector<float> unedited(n);  // before a cell's first position
    if (std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.first != 0; })) {
      const Cell nothing = base_from(0);
      const Cell* const one = &nothing;
      read_log_probs({&one, 1}, [&](std::size_t) { return unedited.data(); });
    }
    for_each_batch(cells, progress, [&](Cells batch) {
      read_log_probs(batch, [&](std::size_t i) {
        float* const row = out(static_cast<std::size_t>(batch[i] - cells.data())).data();
        return std::copy_n(unedited.begin(), std::min(batch[i]->first, n), row);
      });
    });
    return out;
  }

  // Floating point operations that the cells of run() so far need (cell_flops).
  double flops() const { return flops_; }

 private:
  using Cells = std::span<const Cell* const>;

  // The fewest rows at which linear layers reach what they can, some times over.
  static constexpr std::size_t rows_together = 1024;

  // The base run's rows from a position on, with as few layers as can be.
  Cell base_from(std::size_t first) const {
    return {.point = Point::resid_pre,
            .layer = config().n_layer - 1,
            .first = first,
            .edit = [](std::span<float>, std::size_t) {}};
  }

  // f(batch): cells of one point of one layer, until progress says stop.
  template <class F>
  void for_each_batch(std::span<const Cell> cells, const SweepProgress& progress, const F& f) {
    if (cells.empty()) throw Error("a sweep needs at least one cell");
    for (const Cell& cell : cells) cell.check(config(), positions());
    std::vector<const Cell*> order(cells.size());
    std::transform(cells.begin(), cells.end(), order.begin(), [](const Cell& cell) { return &cell; });
    const auto key = [](const Cell* cell) { return std::pair(cell->layer, cell->point); };
    std::stable_sort(order.begin(), order.end(), [&](const Cell* a, const Cell* b) { return key(a) < key(b); });
    for (std::size_t begin = 0, end = 0; begin != order.size(); begin = end) {
      for (std::size_t rows = 0; end != order.size() && key(order[end]) == key(order[begin]); ++end) {
        rows += positions() - order[end]->first;
        if (end != begin && rows > rows_together) break;
      }
      f(Cells(order).subspan(begin, end - begin));
      if (progress && !progress(end, cells.size())) break;
    }
  }

  // A batch in one forward pass.
  auto run_together(Cells cells, Need need, const kernels::LogitQuestions* questions) {
    const std::size_t d = config().d_model, layer = cells[0]->layer, n = positions();
    const auto base = edits_.residual().subspan(layer * n * d, n * d);
    std::vector<Variant> variants;
    for (const Cell* cell : cells) variants.push_back({cell->first, base.subspan(cell->first * d)});
    struct Editing {
      detail::CellEdits& edits;
      ~Editing() { edits.edit({}); }
    } editing{edits_};
    edits_.edit(cells);
    return session_.variants(0, layer, variants, need, questions);
  }
  void measure(Cells cells, const Metric& metric, std::span<double> values) {
    MetricReading reading(metric, cells.size(), config().d_vocab);
    const auto questions = reading.questions();
    const auto logits = run_together(cells, Need::last_logits, metric.of_all_logits ? nullptr : &questions);
    reading.values(logits.data(), values);
  }
  // Log-probabilities of the tokens after each of cell i's rows but the last go to to(i).
  template <class F>
  void read_log_probs(Cells cells, const F& to) {
    std::vector<Token> targets;
    for (const Cell* cell : cells) {
      targets.insert(targets.end(), tokens_.begin() + static_cast<std::ptrdiff_t>(cell->first) + 1, tokens_.end());
      targets.push_back(0);  // nothing follows
    }
    std::vector<float> log_sum(targets.size()), logit(targets.size());
    const kernels::LogitQuestions questions{
        .log_sum_exp = log_sum.data(), .target = targets.data(), .target_logit = logit.data()};
    run_together(cells, Need::all_logits, &questions);
    for (std::size_t i = 0, row = 0; i != cells.size(); ++i, ++row) {
      float* out = to(i);
      for (std::size_t end = row + positions() - cells[i]->first - 1; row != end; ++row)
        *out++ = logit[row] - log_sum[row];
    }
  }

  const Model* model_;
  std::vector<Token> tokens_;
  double flops_ = 0;
  detail::CellEdits edits_;
  Session<Model, detail::CellEdits&> session_;
};

}  // namespace TL_NAMESPACE
