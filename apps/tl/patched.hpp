#pragma once
// A clean run put into a corrupted one, as commands do it: the two prompts and the target, a grid with progress on a
// terminal that Ctrl-C ends with the cells that ran, and what is said of it. Compiled once, whoever asks.
#include <cstddef>
#include <nlohmann/json.hpp>
#include <tl/interp/patched_grid.hpp>
#include <vector>

#include "command.hpp"
#include "prompts.hpp"
#include "sweep_site.hpp"
#include "sweep_watch.hpp"
#include "target.hpp"

namespace tl::app {

// What is patched, and the logit difference that is measured.
struct TargetedTask {
  PatchTask task;
  LogitTarget target;
};

struct PatchTaskOptions {
  PromptOptions clean{"clean"}, corrupted{"corrupt"};
  TargetOptions target;

  void declare(Options& options) {
    clean.declare(options);
    corrupted.declare(options, "The prompt that the clean run's activations are put into");
    target.declare(options);
  }
  // Throws Error where a prompt, the answer or the foil is missing or bad.
  TargetedTask read(const Model& model) const;
};

// As its extents say, [layer, pos], [layer, head] or [layer, head, pos]: the metric and its share of the way from
// corrupted to clean. NaN in cells that were not run.
struct Patched {
  double clean = 0, corrupted = 0;
  bool interrupted = false;
  std::vector<std::size_t> extents;
  std::vector<float> values = {}, normalised = {};
  SweepCost cost = {};

  // Throws Error where clean and corrupted are too near each other for a share between them.
  void check() const;
  // The metric of each cell, and its share.
  void fill(std::span<const double> cells);
};

Patched patched(const Model& model, const PatchTask& task, const SweepSite& site);

// How it is shown: `made` are members that say what was patched, for JSON and for the provenance of `out`; the table
// has the rows and columns of `site`, at most `last` positions.
struct PatchedOutput {
  nlohmann::ordered_json made;
  SweepSite site;
  std::string out;
  std::size_t last = 0;
  bool json = false;
};
void put(const Patched& grid, const TargetedTask& task, const PatchedOutput& output, const Model& model,
         const Arguments& arguments);

}  // namespace tl::app
