#pragma once
// A patching grid as commands run one: with progress on a terminal, ended by Ctrl-C with the cells that ran. Compiled
// once, whoever asks.
#include <cstddef>
#include <tl/interp/patched_grid.hpp>
#include <vector>

#include "model.hpp"
#include "sweep_site.hpp"
#include "sweep_watch.hpp"

namespace tl::app {

// As the site says, [layer, pos], [layer, head] or [layer, head, pos]: the metric and its share of the way from corrupted to clean.
// NaN in cells that were not run.
struct Patched {
  double clean = 0, corrupted = 0;
  bool interrupted = false;
  std::vector<std::size_t> extents;
  std::vector<float> values, normalised;
  SweepCost cost;
};

// Throws Error where the two runs' metrics are too near each other for a share between them.
Patched patched(const Model& model, const PatchTask& task, const SweepSite& site);

}  // namespace tl::app
