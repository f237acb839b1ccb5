// tl ablate: what a metric becomes when the values at a point are taken out, cell by cell.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <tl/interp/ablation_grid.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "grid_options.hpp"
#include "json_array.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "read_text.hpp"
#include "standard_output.hpp"
#include "sweep_watch.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  TargetOptions target;
  GridOptions grid;
  std::string mean_of;
  bool frozen_patterns = false, json = false;
};

void run(const Settings& settings, const Arguments& arguments) {
  const SweepSite site = settings.grid.site();
  const Model model(settings.model);
  const std::vector<std::vector<Token>> prompts{settings.prompt.read(model).front()};
  const std::vector<Token>& tokens = prompts.front();
  const LogitTarget target = settings.target.read(model);
  const Metric metric = target.foil ? logit_difference(target.answer, *target.foil) : logit(target.answer);
  const std::vector<std::size_t> extents = site.extents(model.config(), tokens.size());
  std::vector<std::vector<Token>> texts;
  if (!settings.mean_of.empty()) {
    const std::string text = read_text(settings.mean_of);
    const std::vector<Token> all = model.prompt(text, settings.prompt.bos());
    for (std::size_t first = 0; first < all.size(); first += model.config().n_ctx)
      texts.emplace_back(all.begin() + static_cast<std::ptrdiff_t>(first),
                         all.begin() + static_cast<std::ptrdiff_t>(std::min(first + model.config().n_ctx, all.size())));
  }

  double base = 0;
  bool interrupted = false;
  SweepCost cost;
  const auto values = model.with_float32([&]<class N>(const N& network) {
    const Replacement replacement =
        texts.empty() ? zero_ablation() : mean_ablation(network, texts, model.run_options());
    replacement(site.point, 0, 0);  // which reads the texts: no part of the sweep's time
    SweepWatch watch;
    Sweep<N> sweep(network, tokens, model.run_options(), {.embed = {}, .frozen_patterns = settings.frozen_patterns});
    base = sweep.base(metric);
    auto cells = ablation_grid(sweep, metric, site.point, site.axes, replacement, watch.progress());
    cost = watch.cost(sweep.flops());
    interrupted = watch.interrupted();
    return cells;
  });
  if (settings.grid.timing) cost.measure_peak(model.run_options().resolved_threads());
  std::vector<float> grid(values.begin(), values.end()), change;
  for (const double value : values) change.push_back(static_cast<float>(value - base));

  if (!settings.grid.out.empty()) {
    ArraysFile file(settings.grid.out);
    file.add("grid", io::NpyView(std::span<const float>(grid), extents));
    file.add("change", io::NpyView(std::span<const float>(change), extents));
    auto made = provenance(arguments, model, prompts);
    made["site"] = site.name;
    made["unablated"] = base;
    made["interrupted"] = interrupted;
    file.finish(made);
  }
  if (settings.json) {
    nlohmann::ordered_json json = with_words(model, tokens);
    if (!settings.grid.out.empty()) json["out"] = settings.grid.out;
    json["site"] = site.name;
    json["unablated"] = base;
    json["interrupted"] = interrupted;
    cost.add_to(json);
    json["grid"] = json_array(std::span<const float>(grid), std::span<const std::size_t>(extents));
    json["change"] = json_array(std::span<const float>(change), std::span<const std::size_t>(extents));
    return put_json(json);
  }
  put(sweep_table(model, tokens, site, extents, change, "change", settings.grid.last));
  put(fmt::format("{}what ablation adds to {:.4f}, the {} without\n{}", interrupted_note(interrupted), base,
                  target.foil ? "logit difference" : "logit", cost.text()));
}

}  // namespace

Command ablate(CLI::App& program) {
  Options options(
      program, "ablate", "What the answer loses when a head, a layer's output or a position is taken out",
      R"(Sites as of `tl patch`: resid_pre, resid_mid, attn_out and mlp_out go by layer and position; z, q, k, v and pattern by
layer and head, all positions at once, or with --by-position each alone. What is taken out becomes 0, or with --mean its
mean over a text. Arrays: grid, the logit of the answer (less that of the foil) at the last position, and change, what it
is more than without ablation; [layer, pos], [layer, head], or by position [layer, head, pos]. Ctrl-C leaves NaN in the
cells that were not run.

Example:
  tl ablate --site z --prompt 'Lily saw a cat. The' --answer ' cat' --foil ' dog')");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->grid.declare_site(options, "What is taken out");
  settings->prompt.declare(options);
  settings->target.declare(options);
  options.text("--mean", settings->mean_of, "FILE.txt", "Its mean over all positions of a text takes its place, not 0");
  options.flag("--frozen-patterns", settings->frozen_patterns, "All attention as without ablation");
  settings->grid.declare(options);
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
