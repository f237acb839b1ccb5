// tl sae features: what features are about, and how much they are about one thing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/interp/vocabulary_projection.hpp>
#include <tl/sae/token_concentration.hpp>
#include <tl/sae/written_features.hpp>

#include "command.hpp"
#include "sae_survey.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  FeatureListOptions list;
  bool neurons = false, json = false;
};

// The median over units that are ever active.
struct Medians {
  std::size_t units = 0;
  double top_share = 0, effective_tokens = 0, information = 0;
};
Medians medians(const std::vector<Concentration>& of) {
  const auto median = [&](auto member) {
    std::vector<double> values;
    for (const Concentration& each : of)
      if (each.mass > 0) values.push_back(each.*member);
    if (values.empty()) return std::nan("");
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  };
  const auto alive = std::count_if(of.begin(), of.end(), [](const Concentration& each) { return each.mass > 0; });
  return {static_cast<std::size_t>(alive), median(&Concentration::top_share), median(&Concentration::effective_tokens),
          median(&Concentration::information)};
}
nlohmann::ordered_json json_of(const Medians& medians) {
  return {{"units", medians.units},
          {"top_share", medians.top_share},
          {"effective_tokens", medians.effective_tokens},
          {"information", medians.information}};
}

struct Neurons {
  std::vector<Concentration> on_tokens;
  double best_theme_f1 = 0;
};
// The neurons of the layer that the SAE reads, over the same positions.
Neurons neurons(const Settings& settings, const Model& model, const SaeConfig& config,
                std::span<const std::vector<Token>> documents) {
  const std::size_t d_mlp = model.config().d_mlp;
  TokenConcentration found(d_mlp);
  ThemeActivity theme(d_mlp);
  const std::vector<char> words = settings.list.theme_words(model);
  std::vector<std::uint32_t> active;
  std::vector<float> values;
  const std::string point = full_name(Point::mlp_post, resolve(config.site.hook_name).layer);
  model.with_float32([&](const auto& network) {
    for (const std::vector<Token>& tokens : documents) {
      DynamicHooks hooks;
      hooks.observe(
          point,
          [&](const DynamicView& view, const Context& at) {
            for (std::size_t row = 0; row != at.rows(); ++row) {
              active.clear(), values.clear();
              for (std::size_t neuron = 0; neuron != d_mlp; ++neuron)
                if (const float value = view.data[row * d_mlp + neuron]; value > 0)
                  active.push_back(static_cast<std::uint32_t>(neuron)), values.push_back(value);
              found.add(at.token(row), active, values);
              if (!words.empty()) theme.add(settings.list.of_theme(words, tokens, at.position(row)), active, values);
            }
          },
          [&](std::size_t position, std::size_t) { return position >= settings.list.text.first_position(); });
      network.run(tokens, model.run_options(), hooks);
    }
  });
  return {found.concentrations(), theme.f1(theme.best(1)[0])};
}

void run(const Settings& settings) {
  settings.list.check();
  const Model model(settings.list.model);
  const SaeFile file = load_sae(settings.list.sae.path());
  const auto documents = settings.list.text.read(model);
  const DynamicSae<float> sae(file.config, file.weights, model.run_options());
  const FeatureSurvey survey = settings.list.survey(model, sae, documents);
  const std::vector<std::size_t> chosen = settings.list.chosen(settings.list.ordered(survey));
  const FeatureActivity& activity = survey.activity;
  const bool with_neurons = settings.neurons && !survey.interrupted;
  const Neurons beside = with_neurons ? neurons(settings, model, file.config, documents) : Neurons{};
  const Medians of_features = medians(survey.on_tokens), of_neurons = medians(beside.on_tokens);
  const double best_f1 = survey.theme ? survey.theme->f1(survey.theme->best(1)[0]) : 0;
  std::vector<TokenExtremes> logits(chosen.size());  // empty where the site is not written to the stream
  if (written(resolve(decoded_point(file.config.site))) != Written::none)
    model.with_float32([&](const auto& network) {
      const auto rows = written_features(network, file.config, file.weights.W_dec, chosen, model.run_options());
      for (std::size_t i = 0; i != chosen.size(); ++i)
        logits[i] =
            token_extremes(direction_logits(network, rows(i).values(), model.run_options()), settings.list.tokens);
    });

  if (settings.json) {
    nlohmann::ordered_json json{{"sae", settings.list.sae.folder},
                                {"hook_name", file.config.site.hook_name},
                                {"positions", activity.positions()},
                                {"interrupted", survey.interrupted},
                                {"l0", activity.l0()},
                                {"dead", activity.dead()},
                                {"median_of_features", json_of(of_features)}};
    if (with_neurons) json["median_of_neurons"] = json_of(of_neurons);
    if (survey.theme) json["best_theme_f1_of_features"] = best_f1;
    if (survey.theme && with_neurons) json["best_theme_f1_of_neurons"] = beside.best_theme_f1;
    for (std::size_t i = 0; i != chosen.size(); ++i) {
      const std::size_t feature = chosen[i];
      const Concentration& of = survey.on_tokens[feature];
      nlohmann::ordered_json row{{"feature", feature},
                                 {"density", activity.density(feature)},
                                 {"greatest", activity.greatest(feature)},
                                 {"top_token", model.token(of.top_token)},
                                 {"top_share", of.top_share},
                                 {"effective_tokens", of.effective_tokens},
                                 {"information", of.information}};
      if (survey.theme) {
        row["theme_precision"] = survey.theme->precision(feature);
        row["theme_recall"] = survey.theme->recall(feature);
        row["theme_f1"] = survey.theme->f1(feature);
      }
      for (const auto& [key, list] : {std::pair{"promoted", &logits[i].highest}, {"suppressed", &logits[i].lowest}})
        for (const kernels::TokenLogit& each : *list)
          row[key].push_back({{"token", model.token(each.token)}, {"logit", each.logit}});
      json["features"].push_back(std::move(row));
    }
    return put_json(json);
  }
  Table::Row headings{">feature", ">active", ">greatest", "mostly on", ">its share", ">effective tokens", ">nats"};
  if (survey.theme) headings.push_back(">theme F1");
  headings.push_back("promotes");
  Table table(headings);
  for (std::size_t i = 0; i != chosen.size(); ++i) {
    const std::size_t feature = chosen[i];
    const Concentration& of = survey.on_tokens[feature];
    std::string promotes;
    for (const kernels::TokenLogit& each : logits[i].highest)
      promotes += (promotes.empty() ? "\"" : " \"") + model.token_text(each.token) + "\"";
    Table::Row row{fmt::format("{}", feature),
                   fmt::format("{:.3f} %", 100 * activity.density(feature)),
                   fmt::format("{:.2f}", activity.greatest(feature)),
                   of.mass > 0 ? "\"" + model.token_text(of.top_token) + "\"" : "",
                   fmt::format("{:.0f} %", 100 * of.top_share),
                   fmt::format("{:.1f}", of.effective_tokens),
                   fmt::format("{:.2f}", of.information)};
    if (survey.theme) row.push_back(fmt::format("{:.3f}", survey.theme->f1(feature)));
    row.push_back(promotes);
    table.add(row);
  }
  put(table.text());
  Table concentration({"median over those that are active", ">units", ">share of the top token", ">effective tokens",
                       ">nats", survey.theme ? ">theme F1 of the best" : ""});
  const auto add = [&](const std::string& what, const Medians& of, double theme_f1) {
    concentration.add({what, fmt::format("{}", of.units), fmt::format("{:.1f} %", 100 * of.top_share),
                       fmt::format("{:.1f}", of.effective_tokens), fmt::format("{:.2f}", of.information),
                       survey.theme ? fmt::format("{:.3f}", theme_f1) : ""});
  };
  add("features", of_features, best_f1);
  if (with_neurons) add("neurons of the layer's MLP", of_neurons, beside.best_theme_f1);
  put(concentration.text());
  put(fmt::format("{}{} positions, {:.2f} features at a time\n",
                  survey.interrupted ? "interrupted: of the pieces that were run; " : "", activity.positions(),
                  activity.l0()));
}

}  // namespace

Command sae_features(CLI::App& family) {
  Options options(
      family, "features", "What features are about, and how much they are about one thing",
      R"(Of a feature with activations a, p(t) is the share of sum a at positions whose token is t: `its share` is the
greatest p, effective tokens 1 / sum p^2, nats KL(p || how often tokens are). --neurons: the same of the layer's neurons
(mlp.hook_post, what is above 0). A theme is a file of words; its F1 is of the share of a feature's activation on tokens
that are one of them, and the share of these where the feature is active; with --next it is the next token that counts.
Promoted are the tokens whose logits the decoder row raises most by itself.

Example:
  tl sae features --sae my_sae --text stories.txt --sort information --neurons)");
  const auto settings = std::make_shared<Settings>();
  settings->list.declare(options);
  options.flag("--neurons", settings->neurons, "Beside them the neurons of the same layer");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
