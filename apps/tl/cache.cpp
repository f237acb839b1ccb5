// tl cache: activations of a prompt, by the names of hook points.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tl/io/extents.hpp>

#include "arrays_file.hpp"
#include "captures.hpp"
#include "command.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  std::string names, out;
  bool json = false;
};

// Of the finite values: masked scores are -inf.
struct Summary {
  double least = 0, greatest = 0, mean = 0;
};

Summary summarise(std::span<const float> values) {
  Summary summary;
  std::size_t count = 0;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    summary.least = count == 0 ? value : std::min(summary.least, value);
    summary.greatest = count == 0 ? value : std::max(summary.greatest, value);
    summary.mean += value;
    ++count;
  }
  if (count != 0) summary.mean /= static_cast<double>(count);
  return summary;
}

void run(const Settings& settings, const Arguments& arguments) {
  DynamicHooks hooks;
  add_captures(hooks, settings.names);
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  model.with_network([&](const auto& network) { network.run(prompts.front(), model.run_options(), hooks); });
  const std::vector<NamedArray> arrays = hooks.take();

  nlohmann::ordered_json json = with_words(model, prompts.front());
  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    file.add(arrays);
    file.finish(provenance(arguments, model, prompts));
    json["out"] = settings.out;
  }
  auto described = nlohmann::ordered_json::object();
  Table table({"hook point", "shape", ">least", ">mean", ">greatest"});
  for (const auto& [name, array] : arrays) {
    const Summary summary = summarise(array.values);
    described[name] = {
        {"shape", array.extents}, {"least", summary.least}, {"mean", summary.mean}, {"greatest", summary.greatest}};
    table.add({name, io::shape_text(array.extents), fmt::format("{:.4f}", summary.least),
               fmt::format("{:.4f}", summary.mean), fmt::format("{:.4f}", summary.greatest)});
  }
  json["arrays"] = described;
  if (settings.json) put_json(json);
  else put(table.text());
}

}  // namespace

Command cache(CLI::App& program) {
  Options options(
      program, "cache", "Activations of a prompt, by the names of hook points",
      "`tl info --hooks` lists the points.\n\nExample:\n"
      "  tl cache --prompt 'Once upon a time' --names 'blocks.*.attn.hook_pattern,ln_final.hook_scale' --out run.npz");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  options.text("--names", settings->names, "NAMES", "Hook points between commas; blocks.* is every layer");
  options.text("--out", settings->out, "FILE.npz",
               "Write the arrays under their names, and what made them as `provenance`");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
