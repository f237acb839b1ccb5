// tl patch: which activations of a clean run, put into a corrupted one, bring the answer back.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "json_array.hpp"
#include "patched.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions clean{"clean"}, corrupted{"corrupt"};
  TargetOptions target;
  std::string site, out;
  std::size_t last = 10;
  bool by_position = false, json = false;
};

constexpr std::array sites{PatchSite{"resid_pre", Point::resid_pre, false},
                           PatchSite{"resid_mid", Point::resid_mid, false},
                           PatchSite{"attn_out", Point::attn_out, false},
                           PatchSite{"mlp_out", Point::mlp_out, false},
                           PatchSite{"z", Point::z, true},
                           PatchSite{"q", Point::q, true},
                           PatchSite{"k", Point::k, true},
                           PatchSite{"v", Point::v, true},
                           PatchSite{"pattern", Point::pattern, true}};

PatchSite site_of(const Settings& settings) {
  std::string names;
  for (const PatchSite& site : sites) {
    if (site.name == settings.site) {
      if (settings.by_position && !site.of_heads)
        throw Error("--by-position is of heads' sites: ", site.name, " goes by position anyway");
      return site;
    }
    names += (names.empty() ? "" : ", ") + std::string(site.name);
  }
  throw Error(settings.site.empty() ? std::string("there is no --site") : "--site is `" + settings.site + "`",
              ": give one of ", names);
}

std::string shown(float value) {
  if (std::isnan(value)) return "-";
  return fmt::format("{:.3f}", std::abs(value) < 0.0005f ? 0.f : value);  // 0.000 has no sign
}

// Two dimensions: layers down, heads or the last positions across.
std::string matrix(const Model& model, std::span<const Token> tokens, const PatchSite& site, const Patched& grid,
                   std::size_t last) {
  const std::size_t width = grid.extents[1], first = site.of_heads ? 0 : width - std::min(width, last);
  Table::Row heading{">layer"};
  for (std::size_t i = first; i != width; ++i)
    heading.push_back(site.of_heads ? ">head " + std::to_string(i) : ">\"" + model.token_text(tokens[i]) + "\"");
  Table table(heading);
  for (std::size_t layer = 0; layer != grid.extents[0]; ++layer) {
    Table::Row row{std::to_string(layer)};
    for (std::size_t i = first; i != width; ++i) row.push_back(shown(grid.normalised[layer * width + i]));
    table.add(std::move(row));
  }
  return table.text();
}

// Three dimensions: the cells that change most.
std::string strongest(const Model& model, std::span<const Token> tokens, const Patched& grid, std::size_t count) {
  std::vector<std::size_t> cells;
  for (std::size_t i = 0; i != grid.values.size(); ++i)
    if (!std::isnan(grid.normalised[i])) cells.push_back(i);
  std::ranges::stable_sort(cells, std::ranges::greater(), [&](std::size_t i) { return std::abs(grid.normalised[i]); });
  cells.resize(std::min(cells.size(), count));
  Table table({">layer", ">head", ">position", "token", ">brought back"});
  const std::size_t heads = grid.extents[1], positions = grid.extents[2];
  for (const std::size_t i : cells)
    table.add({std::to_string(i / positions / heads), std::to_string(i / positions % heads),
               std::to_string(i % positions), "\"" + model.token_text(tokens[i % positions]) + "\"",
               shown(grid.normalised[i])});
  return table.text();
}

void run(const Settings& settings, const Arguments& arguments) {
  const PatchSite site = site_of(settings);
  const Model model(settings.model);
  const std::vector<std::vector<Token>> prompts{settings.clean.read(model).front(),
                                                settings.corrupted.read(model, settings.clean).front()};
  const LogitTarget target = settings.target.read_both(model);
  const PatchTask task{prompts[0], prompts[1], logit_difference(target.answer, *target.foil)};
  const Patched grid = patched(model, task, site, settings.by_position);

  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
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
    if (!settings.out.empty()) json["out"] = settings.out;
    json["site"] = site.name;
    json["interrupted"] = grid.interrupted;
    json["grid"] = json_array(std::span(grid.values), std::span(grid.extents));
    json["grid_normalised"] = json_array(std::span(grid.normalised), std::span(grid.extents));
    return put_json(json);
  }
  put(grid.extents.size() == 2 ? matrix(model, task.clean, site, grid, settings.last)
                               : strongest(model, task.clean, grid, settings.last));
  put(fmt::format("{}logit difference: {:.4f} of the clean prompt (1 above), {:.4f} of the corrupted one (0)\n",
                  grid.interrupted ? "interrupted: cells that were not run are -\n" : "", grid.clean, grid.corrupted));
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
  options.text("--site", settings->site, "SITE", "What is put in; see below");
  settings->clean.declare(options);
  settings->corrupted.declare(options, "The prompt that the clean run's activations are put into");
  settings->target.declare(options);
  options.flag("--by-position", settings->by_position, "Heads at one position at a time");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--last", settings->last, "N",
                 "Positions of the table, from the end; by position, its rows (default: 10)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
