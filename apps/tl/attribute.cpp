// tl attribute: what each component adds to a logit.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tl/interp/logit_attribution.hpp>

#include "arrays_file.hpp"
#include "command.hpp"
#include "prompts.hpp"
#include "provenance.hpp"
#include "standard_output.hpp"
#include "table.hpp"
#include "target.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  PromptOptions prompt;
  TargetOptions target;
  std::string components = "heads", out;
  std::size_t top = 20;
  bool json = false;
};

Components components_of(const std::string& name) {
  if (name == "layers") return Components::sublayers;
  if (name == "heads") return Components::heads;
  if (name == "neurons") return Components::neurons;
  throw Error("--components is `", name, "`, where layers, heads or neurons is wanted");
}

void run(const Settings& settings, const Arguments& arguments) {
  const Components components = components_of(settings.components);
  const Model model(settings.model);
  const auto prompts = settings.prompt.read(model);
  const std::vector<Token>& tokens = prompts.front();
  const LogitTarget target = settings.target.read(model);
  const auto at_last = [](std::size_t pos, std::size_t length) { return pos + 1 == length; };
  const LogitAttribution attribution = model.with_float32([&](const auto& network) {
    return logit_attribution(network, tokens, target, {components, at_last}, model.run_options());
  });
  const std::span<const float> values = attribution.values.values();
  const double sum = attribution.sum(0);

  auto json = with_words(model, tokens);
  json["answer"] = with_words(model, std::span(&target.answer, 1));
  if (target.foil) json["foil"] = with_words(model, std::span(&*target.foil, 1));
  if (!settings.out.empty()) {
    ArraysFile file(settings.out);
    file.add("labels", io::npy_text(attribution.labels));
    file.add("values", io::NpyView(values, {values.size()}));
    auto made = provenance(arguments, model, prompts);
    made["answer"] = json["answer"];
    if (target.foil) made["foil"] = json["foil"];
    file.finish(made);
    json["out"] = settings.out;
  }
  if (settings.json) {
    json["labels"] = attribution.labels;
    json["values"] = values;
    json["sum"] = sum;
    return put_json(json);
  }

  std::vector<std::size_t> order(values.size());
  for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return std::abs(values[i]); });
  const std::size_t shown = std::min(settings.top, order.size());
  Table table({"component", ">adds"});
  double rest = sum;
  for (const std::size_t i : std::span(order).first(shown)) {
    table.add({attribution.labels[i], fmt::format("{:.4f}", values[i])});
    rest -= static_cast<double>(values[i]);
  }
  if (shown != order.size()) table.add({fmt::format("{} others", order.size() - shown), fmt::format("{:.4f}", rest)});
  table.add({target.foil ? "logit difference" : "logit", fmt::format("{:.4f}", sum)});
  put(table.text());
}

}  // namespace

Command attribute(CLI::App& program) {
  Options options(
      program, "attribute", "What each component adds to a logit, or to the difference of two",
      R"(Of the last position, with the final LayerNorm's scale as it was. Heads: every head, MLP, the embeddings and
the biases; layers: attention and MLP of each layer; neurons: every head and neuron. With what the final LayerNorm's b
and b_U give, the values sum to the logit of the answer, less that of the foil where there is one. Arrays: labels, values.

Examples:
  tl attribute --prompt 'Once upon a time, there was a little' --answer ' girl' --foil ' boy'
  tl attribute --tokens 0,422,434 --answer-token 259 --components neurons --out attribution.npz)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->prompt.declare(options);
  settings->target.declare(options);
  options.text("--components", settings->components, "KIND", "layers, heads or neurons (default: heads)");
  options.text("--out", settings->out, "FILE.npz", "Write the arrays, and what made them as `provenance`");
  options.number("--top", settings->top, "K", "Components in the table, the strongest (default: 20)");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
