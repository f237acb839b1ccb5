#pragma once
// A grid of activation patches: every cell is a corrupted run with one activation of a clean run put in.
#include <algorithm>
#include <map>
#include <span>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/interp/sweep.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Two prompts of one length, and what is measured at the last position.
struct PatchTask {
  std::vector<Token> clean, corrupted;
  Metric metric;
};

// What a grid goes over, beside layers.
struct PatchAxes {
  bool head = false;
  bool position = false;  // else all positions are patched at once
  bool source = false;    // of patterns: single entries
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
    corrupted_ = sweep_.base(task.metric);
  }

  double corrupted() const { return corrupted_; }

  // The metric of each cell: [layer, head, pos, source pos] as the axes say, row-major.
  std::vector<double> operator()(Point point, const PatchAxes& axes) {
    const Config& config = model_.config();
    const std::size_t n = task_.clean.size(), heads = axes.head ? config.n_head : 1;
    const std::size_t positions = axes.position ? n : 1, sources = axes.source ? n : 1;
    std::vector<double> grid(config.n_layer * heads * positions * sources, corrupted_);
    std::vector<Cell> cells;
    std::vector<std::size_t> index;
    for (std::size_t i = 0; i != grid.size(); ++i) {
      const std::size_t source = i % sources, position = i / sources % positions, head = i / sources / positions % heads;
      const std::size_t layer = i / sources / positions / heads;
      const std::size_t first = axes.position ? std::max(position, same_) : same_;
      if ((axes.position && position < same_) || first == n || source > position) continue;
      Cell cell{.point = point, .layer = layer, .first = first, .edit = {}};
      if (axes.position) cell.last = position;
      if (axes.head) cell.head = head;
      if (axes.source) cell.edit = put_entry(point, layer, head, source);
      else cell.edit = put(point, layer, head);
      cells.push_back(std::move(cell));
      index.push_back(i);
    }
    if (cells.empty()) return grid;
    const std::vector<double> values = sweep_.run(cells, task_.metric, progress_);
    for (std::size_t i = 0; i != cells.size(); ++i) grid[index[i]] = values[i];
    return grid;
  }

 private:
  // The clean run's values over what is there.
  Cell::Edit put(Point point, std::size_t layer, std::size_t head) {
    const CapturedArray& clean = captured(point, layer);
    const std::size_t n = task_.clean.size();
    if (info(point).shape == PointShape::head_key_pos)
      return [from = clean.values.data() + head * n * n, n](std::span<float> row, std::size_t position) {
        std::copy_n(from + position * n, row.size(), row.data());
      };
    const std::size_t width = clean.values.size() / n;
    return [from = clean.values.data(), width, head](std::span<float> row, std::size_t position) {
      std::copy_n(from + position * width + head * row.size(), row.size(), row.data());
    };
  }
  Cell::Edit put_entry(Point point, std::size_t layer, std::size_t head, std::size_t source) {
    const std::size_t n = task_.clean.size();
    return [from = captured(point, layer).values.data() + head * n * n + source, source, n](std::span<float> row, std::size_t position) {
      row[source] = from[position * n];
    };
  }
  // Of the clean run, which is run once for each point.
  const CapturedArray& captured(Point point, std::size_t layer) {
    std::vector<NamedArray>& layers = clean_[point];
    if (layers.empty()) {
      DynamicHooks hooks;
      hooks.capture("blocks.*." + std::string(info(point).name));
      model_.run(task_.clean, options_, hooks);
      layers = hooks.take();
    }
    return layers[layer].array;
  }

  const Model& model_;
  const PatchTask& task_;
  RunOptions options_;
  SweepProgress progress_;
  Sweep<Model> sweep_;
  std::map<Point, std::vector<NamedArray>> clean_;
  std::size_t same_ = 0;
  double corrupted_ = 0;
};

}  // namespace TL_NAMESPACE
