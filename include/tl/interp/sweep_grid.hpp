#pragma once
// A sweep over the layers, and by choice the heads and positions, of one hook point.
#include <algorithm>
#include <cstddef>
#include <tl/interp/sweep.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What a grid goes over, beside layers.
struct SweepAxes {
  bool head = false;
  bool position = false;  // else all positions are edited at once
  bool source = false;    // of patterns: single entries
};

// The metric of each cell, [layer, head, pos, source pos] as the axes say, row-major; positions before `same`, where
// nothing would change, have the base run's value. make(layer, head, source) gives a cell's edit.
template <class Model, class Make>
std::vector<double> sweep_grid(Sweep<Model>& sweep, Point point, const SweepAxes& axes, std::size_t same,
                               const Metric& metric, const SweepProgress& progress, const Make& make) {
  const Config& config = sweep.config();
  const std::size_t n = sweep.positions(), heads = axes.head ? config.n_head : 1;
  const std::size_t positions = axes.position ? n : 1, sources = axes.source ? n : 1;
  std::vector<double> grid(config.n_layer * heads * positions * sources, sweep.base(metric));
  std::vector<Cell> cells;
  std::vector<std::size_t> index;
  for (std::size_t i = 0; i != grid.size(); ++i) {
    const std::size_t source = i % sources, position = i / sources % positions, head = i / sources / positions % heads;
    const std::size_t layer = i / sources / positions / heads;
    const std::size_t first = axes.position ? std::max(position, same) : same;
    if ((axes.position && position < same) || first == n || source > position) continue;
    Cell cell{.point = point, .layer = layer, .first = first, .edit = make(layer, head, source)};
    if (axes.position) cell.last = position;
    if (axes.head) cell.head = head;
    cells.push_back(std::move(cell));
    index.push_back(i);
  }
  if (cells.empty()) return grid;
  const std::vector<double> values = sweep.run(cells, metric, progress);
  for (std::size_t i = 0; i != cells.size(); ++i) grid[index[i]] = values[i];
  return grid;
}

}  // namespace TL_NAMESPACE
