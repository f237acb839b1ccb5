// tl patch: which activations of a clean run, put into a corrupted one, bring the answer back.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "grid_options.hpp"
#include "json_array.hpp"
#include "patched.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions clean{"clean"}, corrupted{"corrupt"};
  TargetOptions target;
  GridOptions grid;
  bool json = false;
};

void run(const Settings& settings, const Arguments& arguments) {
  const SweepSite site = settings.grid.site();
  const Model model(settings.model);
  const std::vector<std::vector<Token>> prompts{settings.clean.read(model).front(),
                                                settings.corrupted.read(model, settings.clean).front()};
  const LogitTarget target = settings.target.read_both(model);
  const PatchTask task{prompts[0], prompts[1], logit_difference(target.answer, *target.foil)};
  const Patched grid = patched(model, task, site);
  SweepCost cost = grid.cost;
  if (settings.grid.timing) cost.measure_peak(model.run_options().resolved_threads());

  if (!settings.grid.out.empty()) {
    ArraysFile file(settings.grid.out);
    file.add("grid", io::NpyView(std::span<const float>(grid.values), grid.extents));
    file.add("grid_normalised", io::NpyView(std::span<const float>(grid.normalised), grid.extents));
    auto made = provenance(arguments, model, prompts);
    made["site"] = site.name;
    made["answer"] = with_words(model, std::span(&target.answer, 1));
    made["foil"] = with_words(model, std::span(&*target.foil, 1));
    made["clean"] = grid.clean;
    made["corrupted"] = grid.corrupted;
    made["interrupted"] = grid.interrupted;
    file.finish(made);
  }
  if (settings.json) {
    nlohmann::ordered_json json{{"clean", with_words(model, task.clean)},
                                {"corrupt", with_words(model, task.corrupted)}};
    json["clean"]["logit_difference"] = grid.clean;
    json["corrupt"]["logit_difference"] = grid.corrupted;
    if (!settings.grid.out.empty()) json["out"] = settings.grid.out;
    json["site"] = site.name;
    json["interrupted"] = grid.interrupted;
    cost.add_to(json);
    json["grid"] = json_array(std::span(grid.values), std::span(grid.extents));
    json["grid_normalised"] = json_array(std::span(grid.normalised), std::span(grid.extents));
    return put_json(json);
  }
  put(sweep_table(model, task.clean, site, grid.extents, grid.normalised, "brought back", settings.grid.last));
  put(fmt::format("{}logit difference: {:.4f} of the clean prompt (1 above), {:.4f} of the corrupted one (0)\n{}",
                  interrupted_note(grid.interrupted), grid.clean, grid.corrupted, cost.text()));
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
  settings->clean.declare(options);
  settings->corrupted.declare(options, "The prompt that the clean run's activations are put into");
  settings->target.declare(options);
  settings->grid.declare(options);
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
