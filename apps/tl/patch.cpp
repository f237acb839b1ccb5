// tl patch: which activations of a clean run, put into a corrupted one, bring the answer back.
#include <nlohmann/json.hpp>

#include "command.hpp"
#include "grid_options.hpp"
#include "patched.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PatchTaskOptions task;
  GridOptions grid;
  bool json = false;
};

void run(const Settings& settings, const Arguments& arguments) {
  const SweepSite site = settings.grid.site();
  const Model model(settings.model);
  const TargetedTask task = settings.task.read(model);
  Patched grid = patched(model, task.task, site);
  if (settings.grid.timing) grid.cost.measure_peak(model.run_options().resolved_threads());
  put(grid, task,
      {.made = {{"site", site.name}},
       .site = site,
       .out = settings.grid.out,
       .last = settings.grid.last,
       .json = settings.json},
      model, arguments);
}

}  // namespace

Command patch(CLI::App& program) {
  Options options(
      program, "patch", "Which activations of a clean run bring the answer back in a corrupted one",
      R"(Sites: resid_pre, resid_mid, attn_out and mlp_out go by layer and position; z, q, k, v and pattern by layer and head, all
positions at once, or with --by-position each alone. Each cell is a run of the corrupted prompt with one activation of
the clean run put in. The prompts have as many tokens as each other. Arrays: grid, the logit of the answer less that of
the foil at the last position, and grid_normalised, 0 as of the corrupted prompt and 1 as of the clean one;
[layer, pos], [layer, head], or by position [layer, head, pos]. Ctrl-C leaves NaN in the cells that were not run.

Example:
  tl patch --site z --clean 'Lily saw a cat. The' --corrupt 'Lily saw a dog. The' --answer ' cat' --foil ' dog')");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->grid.declare_site(options, "What is put in");
  settings->task.declare(options);
  settings->grid.declare(options);
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
