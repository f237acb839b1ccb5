#pragma once
// A grid of activation patches: every cell is a corrupted run with one activation of a clean run put in.
#include <algorithm>
#include <map>
#include <tl/interp/patch_task.hpp>
#include <tl/interp/point_captures.hpp>
#include <tl/interp/sweep_grid.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

template <class Model>
class PatchedGrid {
 public:
  // Throws Error where the prompts differ in length. Model and task must outlive it.
  PatchedGrid(const Model& model, const PatchTask& task, RunOptions options = {}, SweepProgress progress = {})
      : model_(model),
        task_(task),
        positions_(task.positions()),
        options_(options),
        progress_(std::move(progress)),
        sweep_(model, task.corrupted, options) {
    // Before the first token that differs both runs are one, and a patch changes nothing.
    same_ = static_cast<std::size_t>(std::ranges::mismatch(task.clean, task.corrupted).in1 - task.clean.begin());
  }

  double corrupted() { return sweep_.base(task_.metric); }
  // Floating point operations that the cells run so far need.
  double flops() const { return sweep_.flops(); }

  // The metric of each cell: [layer, head, pos, source pos] as the axes say, row-major.
  std::vector<double> operator()(Point point, const SweepAxes& axes) {
    const PointCaptures& clean = captured(point);
    return sweep_grid(sweep_, point, axes, same_, task_.metric, progress_,
                      [&](std::size_t layer, std::size_t head, std::size_t source) -> Cell::Edit {
                        const CapturedArray& values = clean.array({point, static_cast<int>(layer)});
                        if (!axes.source)
                          return put_captured(values, point, axes.head ? std::optional(head) : std::nullopt);
                        const std::size_t n = positions_;
                        return [from = values.values.data() + head * n * n + source, source, n](
                                   std::span<float> row, std::size_t position) { row[source] = from[position * n]; };
                      });
  }

 private:
  // Of the clean run, which is run once for each point.
  const PointCaptures& captured(Point point) {
    auto found = clean_.find(point);
    if (found == clean_.end()) {
      std::vector<PointAt> wanted;
      add_layers(wanted, point, model_.config().n_layer);
      found = clean_.emplace(point, capture_points(model_, task_.clean, wanted, all, options_)).first;
    }
    return found->second;
  }

  const Model& model_;
  const PatchTask& task_;
  std::size_t positions_, same_ = 0;
  RunOptions options_;
  SweepProgress progress_;
  Sweep<Model> sweep_;
  std::map<Point, PointCaptures> clean_;
};

}  // namespace TL_NAMESPACE
