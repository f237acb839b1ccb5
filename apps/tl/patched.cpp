#include "patched.hpp"

#include <cmath>

namespace tl::app {

Patched patched(const Model& model, const PatchTask& task, const SweepSite& site) {
  Patched grid;
  grid.extents = site.extents(model.config(), task.clean.size());
  SweepWatch watch;
  const auto values = model.with_float32([&]<class N>(const N& network) {
    PatchedGrid<N> patch(network, task, model.run_options(), watch.progress());
    grid.corrupted = patch.corrupted();
    grid.clean = Sweep<N>(network, task.clean, model.run_options()).base(task.metric);
    if (!(std::abs(grid.clean - grid.corrupted) >= 1e-6))
      throw Error("the clean prompt's logit difference is ", grid.clean, " and the corrupted one's ", grid.corrupted,
                  ": there is nothing between them to bring back");
    auto cells = patch(site.point, site.axes);
    grid.cost = watch.cost(patch.flops());
    return cells;
  });
  grid.interrupted = watch.interrupted();
  for (const double value : values) {
    grid.values.push_back(static_cast<float>(value));
    grid.normalised.push_back(static_cast<float>((value - grid.corrupted) / (grid.clean - grid.corrupted)));
  }
  return grid;
}

}  // namespace tl::app
