// tl sae eval: how sparse an SAE is, how much it keeps, and what the model loses by it.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <tl/report/histogram.hpp>
#include <tl/sae/sae_evaluation.hpp>

#include "command.hpp"
#include "documents.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "sae_folder.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  SaeOptions sae;
  DocumentOptions text;
  std::size_t components = 0;
  bool json = false;
};

// Where zero ablation costs less than this many nats, shares of it are noise.
constexpr double least_gap = .1;

nlohmann::ordered_json json_of(const ReconstructionQuality& quality) {
  return {{"fvu", quality.fvu},
          {"explained_variance", quality.explained_variance()},
          {"cosine", quality.cosine},
          {"relative_reconstruction_bias", quality.relative_bias},
          {"cross_entropy", quality.cross_entropy},
          {"kl", quality.kl}};
}

void run(const Settings& settings) {
  const Model model(settings.model);
  const SaeFile file = load_sae(settings.sae.path());
  const auto documents = settings.text.read(model);
  const DynamicSae<float> sae(file.config, file.weights, model.run_options());
  const std::string& point = file.config.site.hook_name;

  const Interrupt interrupt;
  ProgressLine line("pieces", documents.size());
  ReconstructionOptions options{.first_position = settings.text.first_position(),
                                .progress = [&](std::size_t done, std::size_t) {
                                  line.update(done);
                                  return !interrupt.asked();
                                }};
  const SaeEvaluation found = model.with_float32([&]<class N>(const N& network) {
    std::vector<Reconstruct> others;
    if (settings.components != 0)
      others.push_back(principal_components(
          activation_moments(network, point, documents, options.first_position, model.run_options()),
          settings.components));
    return evaluate_sae(network, sae, documents, std::move(others), options, model.run_options());
  });
  line.clear();

  std::vector<std::pair<std::string, const ReconstructionQuality*>> rows{
      {"sae", &found.sae}, {"mean", &found.mean}, {"zero", &found.zero}};
  if (settings.components != 0) rows.push_back({fmt::format("pca_{}", settings.components), &found.others.front()});
  const FeatureActivity& activity = found.activity;
  std::vector<float> log_density;
  for (std::size_t i = 0; i != activity.features(); ++i)
    if (activity.density(i) > 0) log_density.push_back(static_cast<float>(std::log10(activity.density(i))));
  const auto gap = [&](const ReconstructionQuality& ablated) { return ablated.cross_entropy - found.cross_entropy; };
  const auto recovered = [&](const ReconstructionQuality& of, const ReconstructionQuality& ablated) {
    return gap(ablated) < least_gap ? std::nan("") : of.recovered_cross_entropy(ablated, found.cross_entropy);
  };
  const auto recovered_kl = [&](const ReconstructionQuality& of, const ReconstructionQuality& ablated) {
    return gap(ablated) < least_gap ? std::nan("") : of.recovered_kl(ablated);
  };
  const bool stopped = interrupt.asked();

  if (settings.json) {
    nlohmann::ordered_json json{{"sae", settings.sae.folder},
                                {"hook_name", point},
                                {"architecture", name(file.config.architecture)},
                                {"d_in", file.config.d_in},
                                {"d_sae", file.config.d_sae},
                                {"positions", found.sae.positions},
                                {"first_position_counted", settings.text.with_first},
                                {"interrupted", stopped},
                                {"l0", activity.l0()},
                                {"dead", activity.dead()},
                                {"cross_entropy", found.cross_entropy}};
    for (const auto& [label, quality] : rows) json[label] = json_of(*quality);
    json["cross_entropy_recovered_of_zero"] = recovered(found.sae, found.zero);  // NaN is written as null
    json["cross_entropy_recovered_of_mean"] = recovered(found.sae, found.mean);
    json["kl_recovered_of_zero"] = recovered_kl(found.sae, found.zero);
    json["kl_recovered_of_mean"] = recovered_kl(found.sae, found.mean);
    nlohmann::ordered_json density = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i != activity.features(); ++i) density.push_back(activity.density(i));
    json["density"] = std::move(density);
    return put_json(json);
  }
  Table table({"in place of the values", ">FVU", ">cosine", ">bias", ">cross-entropy", ">more than as it is", ">KL",
               ">CE recovered of zero", ">of mean", ">KL recovered of zero", ">of mean"});
  const auto percent = [](double share) { return std::isnan(share) ? "-" : fmt::format("{:.1f} %", 100 * share); };
  table.add({"themselves", "0", "1", "1", fmt::format("{:.4f}", found.cross_entropy), "", "0", "", "", "", ""});
  for (const auto& [label, quality] : rows)
    table.add({label, fmt::format("{:.4f}", quality->fvu), fmt::format("{:.4f}", quality->cosine),
               std::isfinite(quality->relative_bias) ? fmt::format("{:.3f}", quality->relative_bias) : "-",
               fmt::format("{:.4f}", quality->cross_entropy), fmt::format("{:+.4f}", gap(*quality)),
               fmt::format("{:.4f}", quality->kl), percent(recovered(*quality, found.zero)),
               percent(recovered(*quality, found.mean)), percent(recovered_kl(*quality, found.zero)),
               percent(recovered_kl(*quality, found.mean))});
  put(table.text());
  put(fmt::format(
      "{} of {} features at a time (L0), {:.1f} % never in {} positions{}; nats\n",
      fmt::format("{:.2f}", activity.l0()), activity.features(), 100 * activity.dead(), found.sae.positions,
      settings.text.with_first ? ", position 0 of each piece included" : ", position 0 of each piece left out"));
  if (gap(found.zero) < least_gap || gap(found.mean) < least_gap)
    put(fmt::format("- where ablation costs less than {} nats: a share of that would say nothing\n", least_gap));
  if (!log_density.empty()) {
    const report::Binned bins = report::bin(log_density, 8);
    Table densities({"features active in a share of positions of", ">features"});
    for (std::size_t i = 0; i != bins.counts.size(); ++i)
      densities.add({fmt::format("{:.5f} to {:.5f}", std::pow(10, bins.edges[i]), std::pow(10, bins.edges[i + 1])),
                     fmt::format("{}", bins.counts[i])});
    put(densities.text());
  }
  if (stopped) put("interrupted: of the pieces that were run\n");
}

}  // namespace

Command sae_eval(CLI::App& family) {
  Options options(
      family, "eval", "How sparse an SAE is, how much it keeps and what the model loses by it",
      R"(The values at the SAE's hook point are replaced by its reconstruction, by zero and by their mean over the text. FVU is
sum |x - x'|^2 / sum |x - mean|^2, bias sum |x'|^2 / sum <x, x'>, KL of the next token from the model as it is; recovered:
the share of what ablation loses that the reconstruction does not. Each document is BOS and text, cut into pieces of a
context; position 0 is left as it is and not counted, unless --with-first. Ctrl-C ends with what was counted.

Example:
  tl sae eval --sae my_sae --text stories.txt --pieces 200 --pca 32)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->sae.declare(options);
  settings->text.declare(options);
  options.number("--pca", settings->components, "RANK", "Beside it the RANK principal components of the same values");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
