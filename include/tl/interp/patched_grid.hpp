#pragma once
// A grid of activation patches: every cell is a corrupted run with one activation of a clean run put in.
#include <algorithm>
#include <map>
#include <span>
#include <tl/interp/point_captures.hpp>
#include <tl/interp/sweep_grid.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Two prompts of one length, and what is measured at the last position.
struct PatchTask {
  std::vector<Token> clean, corrupted;
  Metric metric;
};

template <class Model>
class PatchedGrid {
 public:
  // Throws Error where the prompts differ in length.
  PatchedGrid(const Model& model, const PatchTask& task, RunOptions options = {}, SweepProgress progress = {})
      : model_(model), task_(task), options_(options), progress_(std::move(progress)), sweep_(model, task.corrupted, options) {
    if (task.clean.size() != task.corrupted.size())
      throw Error("the clean prompt has ", task.clean.size(), " tokens and the corrupted one ", task.corrupted.size(),
                  ": patching goes by position, and needs as many of each");
    // Before the first token that differs both runs are one, and a patch changes nothing.
    same_ = static_cast<std::size_t>(std::ranges::mismatch(task.clean, task.corrupted).in1 - task.clean.begin());
  }

  double corrupted() { return sweep_.base(task_.metric); }
  // Floating point operations that the cells run so far need.
  double flops() const { return sweep_.flops(); }

  // The metric of each cell: [layer, head, pos, source pos] as the axes say, row-major.
  std::vector<double> operator()(Point point, const SweepAxes& axes) {
    const std::size_t heads = axes.head ? model_.config().n_head : 1;
    return sweep_grid(sweep_, model_.config(), point, axes, same_, task_.metric, progress_,
                      [&](std::size_t layer, std::size_t head, std::size_t source) {
                        return axes.source ? put_entry(point, layer, head, source) : put(point, layer, head, heads);
                      });
  }

 private:
  // The clean run's values over what is there.
  Cell::Edit put(Point point, std::size_t layer, std::size_t head, std::size_t heads) {
    const std::size_t n = task_.clean.size();
    const float* const clean = captured(point, layer);
    if (info(point).shape == PointShape::head_key_pos)
      return [from = clean + head * n * n, n](std::span<float> row, std::size_t position) {
        std::copy_n(from + position * n, row.size(), row.data());
      };
    return [clean, head, heads](std::span<float> row, std::size_t position) {
      std::copy_n(clean + (position * heads + head) * row.size(), row.size(), row.data());
    };
  }
  Cell::Edit put_entry(Point point, std::size_t layer, std::size_t head, std::size_t source) {
    const std::size_t n = task_.clean.size();
    return [from = captured(point, layer) + head * n * n + source, source, n](std::span<float> row, std::size_t position) {
      row[source] = from[position * n];
    };
  }
  // Of the clean run, which is run once for each point: [pos, ...] or [head, pos, key_pos].
  const float* captured(Point point, std::size_t layer) {
    auto found = clean_.find(point);
    if (found == clean_.end()) {
      std::vector<PointAt> wanted;
      add_layers(wanted, point, model_.config().n_layer);
      found = clean_.emplace(point, capture_points(model_, task_.clean, wanted, all, options_)).first;
    }
    return found->second(point, layer);
  }

  const Model& model_;
  const PatchTask& task_;
  RunOptions options_;
  SweepProgress progress_;
  Sweep<Model> sweep_;
  std::map<Point, PointCaptures> clean_;
  std::size_t same_ = 0;
};

}  // namespace TL_NAMESPACE
