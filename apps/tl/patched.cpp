#include "patched.hpp"

#include <cmath>

#include "interrupt.hpp"
#include "progress_line.hpp"

namespace tl::app {

Patched patched(const Model& model, const PatchTask& task, const SweepSite& site, bool by_position) {
  Patched grid;
  const Config& config = model.config();
  grid.extents = {config.n_layer};
  if (site.of_heads) grid.extents.push_back(config.n_head);
  if (!site.of_heads || by_position) grid.extents.push_back(task.clean.size());

  const Interrupt interrupt;
  std::optional<ProgressLine> line;
  const auto progress = [&](std::size_t done, std::size_t count) {
    if (!line) line.emplace("cells", count);
    line->update(done);
    if (interrupt.asked() && done != count) grid.interrupted = true;
    return !grid.interrupted;
  };
  const auto values = model.with_float32([&]<class N>(const N& network) {
    PatchedGrid<N> patch(network, task, model.run_options(), progress);
    grid.corrupted = patch.corrupted();
    grid.clean = Sweep<N>(network, task.clean, model.run_options()).base(task.metric);
    if (!(std::abs(grid.clean - grid.corrupted) >= 1e-6))
      throw Error("the clean prompt's logit difference is ", grid.clean, " and the corrupted one's ", grid.corrupted,
                  ": there is nothing between them to bring back");
    return patch(site.point, {.head = site.of_heads, .position = !site.of_heads || by_position});
  });
  for (const double value : values) {
    grid.values.push_back(static_cast<float>(value));
    grid.normalised.push_back(static_cast<float>((value - grid.corrupted) / (grid.clean - grid.corrupted)));
  }
  return grid;
}

}  // namespace tl::app
