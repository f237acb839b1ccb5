#include "patched.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "arrays_file.hpp"
#include "json_array.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"

namespace tl::app {

TargetedTask PatchTaskOptions::read(const Model& model) const {
  const std::vector<Token> first = clean.read(model).front(), second = corrupted.read(model, clean).front();
  const LogitTarget both = target.read_both(model);
  return {{first, second, logit_difference(both.answer, *both.foil)}, both};
}

void Patched::check() const {
  if (!(std::abs(clean - corrupted) >= 1e-6))
    throw Error("the clean prompt's logit difference is ", clean, " and the corrupted one's ", corrupted,
                ": there is nothing between them to bring back");
}

void Patched::fill(std::span<const double> cells) {
  for (const double value : cells) {
    values.push_back(static_cast<float>(value));
    normalised.push_back(static_cast<float>((value - corrupted) / (clean - corrupted)));
  }
}

Patched patched(const Model& model, const PatchTask& task, const SweepSite& site) {
  Patched grid;
  grid.extents = site.extents(model.config(), task.clean.size());
  SweepWatch watch;
  grid.fill(model.with_float32([&]<class N>(const N& network) {
    PatchedGrid<N> patch(network, task, model.run_options(), watch.progress());
    grid.corrupted = patch.corrupted();
    grid.clean = Sweep<N>(network, task.clean, model.run_options()).base(task.metric);
    grid.check();
    auto cells = patch(site.point, site.axes);
    grid.cost = watch.cost(patch.flops());
    return cells;
  }));
  grid.interrupted = watch.interrupted();
  return grid;
}

void put(const Patched& grid, const TargetedTask& task, const PatchedOutput& output, const Model& model,
         const Arguments& arguments) {
  const auto& [prompts, target] = task;
  if (!output.out.empty()) {
    ArraysFile file(output.out);
    file.add("grid", io::NpyView(std::span<const float>(grid.values), grid.extents));
    file.add("grid_normalised", io::NpyView(std::span<const float>(grid.normalised), grid.extents));
    auto made = provenance(arguments, model, std::array{prompts.clean, prompts.corrupted});
    made.update(output.made);
    made["answer"] = with_words(model, std::span(&target.answer, 1));
    made["foil"] = with_words(model, std::span(&*target.foil, 1));
    made["clean"] = grid.clean;
    made["corrupted"] = grid.corrupted;
    made["interrupted"] = grid.interrupted;
    file.finish(made);
  }
  if (output.json) {
    nlohmann::ordered_json json{{"clean", with_words(model, prompts.clean)},
                                {"corrupt", with_words(model, prompts.corrupted)}};
    json["clean"]["logit_difference"] = grid.clean;
    json["corrupt"]["logit_difference"] = grid.corrupted;
    if (!output.out.empty()) json["out"] = output.out;
    json.update(output.made);
    json["interrupted"] = grid.interrupted;
    grid.cost.add_to(json);
    json["grid"] = json_array(std::span<const float>(grid.values), std::span<const std::size_t>(grid.extents));
    json["grid_normalised"] =
        json_array(std::span<const float>(grid.normalised), std::span<const std::size_t>(grid.extents));
    return put_json(json);
  }
  put(sweep_table(model, prompts.clean, output.site, grid.extents, grid.normalised, "brought back", output.last));
  put(fmt::format("{}logit difference: {:.4f} of the clean prompt (1 above), {:.4f} of the corrupted one (0)\n{}",
                  interrupted_note(grid.interrupted), grid.clean, grid.corrupted, grid.cost.text()));
}

}  // namespace tl::app
