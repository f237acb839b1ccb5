// tl sae features: what features are about, and how much they are about one thing.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/interp/vocabulary_projection.hpp>
#include <tl/interp/written_directions.hpp>
#include <tl/sae/feature_activity.hpp>
#include <tl/sae/feature_stream.hpp>
#include <tl/sae/theme.hpp>
#include <tl/sae/theme_activity.hpp>
#include <tl/sae/token_concentration.hpp>

#include "command.hpp"
#include "documents.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "read_text.hpp"
#include "sae_folder.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  SaeOptions sae;
  DocumentOptions text;
  std::string theme, sort = "density";
  std::size_t top = 20, tokens = 5;
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

struct Survey {
  FeatureActivity activity;
  TokenConcentration features, neurons;
  ThemeActivity theme;
  bool interrupted = false;
};

template <class N>
Survey survey(const N& network, const Model& model, const DynamicSae<float>& sae,
              std::span<const std::vector<Token>> documents, const std::optional<Theme>& theme, bool with_neurons,
              std::size_t first_position) {
  const SaeConfig& config = sae.config();
  Survey found{FeatureActivity(config.d_sae, {}, 0), TokenConcentration(config.d_sae),
               TokenConcentration(network.config().d_mlp), ThemeActivity(config.d_sae)};
  std::vector<char> of_theme(network.config().d_vocab);
  if (theme)
    for (std::size_t token = 0; token != of_theme.size(); ++token)
      of_theme[token] = theme->is_word(model.token(static_cast<Token>(token)));

  const Interrupt interrupt;
  ProgressLine line("pieces", documents.size());
  const FeatureStreamOptions options{.first_position = first_position, .progress = [&](std::size_t done, std::size_t) {
                                       line.update(done);
                                       return !(found.interrupted = interrupt.asked());
                                     }};
  stream_features(
      network, sae, documents,
      [&](const FeaturePosition& at) {
        found.activity.add(at.features, at.values, at.document, at.position);
        found.features.add(at.token, at.features, at.values);
        found.theme.add(of_theme[static_cast<std::size_t>(at.token)] != 0, at.features, at.values);
      },
      options, model.run_options());
  if (!with_neurons || found.interrupted) return found;
  const int layer = resolve(config.site.hook_name).layer;
  for (const std::vector<Token>& tokens : documents) {
    DynamicHooks hooks;
    hooks.observe(
        full_name(Point::mlp_post, layer),
        [&](const DynamicView& view, const Context& at) {
          for (std::size_t row = 0; row != at.rows(); ++row)
            found.neurons.add(at.token(row), {view.data + row * view.extents[1], view.extents[1]});
        },
        [&](std::size_t position, std::size_t) { return position >= first_position; });
    network.run(tokens, model.run_options(), hooks);
  }
  return found;
}

std::vector<std::size_t> ordered(const Survey& found, const std::vector<Concentration>& of, const std::string& by,
                                 std::size_t count) {
  if (by == "theme") return found.theme.best(count);
  const auto key = [&](std::size_t i) {
    return by == "density"    ? found.activity.density(i)
           : by == "greatest" ? found.activity.greatest(i)
                              : of[i].information;
  };
  if (by != "density" && by != "greatest" && by != "information")
    throw Error("--sort is `", by, "`, where density, greatest, information or theme is wanted");
  std::vector<std::size_t> order(of.size());
  for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) > key(b); });
  order.resize(std::min(count, order.size()));
  return order;
}

void run(const Settings& settings) {
  const Model model(settings.model);
  const SaeFile file = load_sae(settings.sae.path());
  std::optional<Theme> theme;
  if (!settings.theme.empty()) theme.emplace(read_text(settings.theme));
  if (settings.sort == "theme" && !theme) throw Error("--sort theme needs a theme: give --theme FILE, a list of words");
  const auto documents = settings.text.read(model);
  const DynamicSae<float> sae(file.config, file.weights, model.run_options());
  const std::size_t width = file.config.d_out;

  struct Found {
    Survey survey;
    std::vector<Concentration> of;
    std::vector<std::size_t> order;
    VocabularyProjection logits;
  };
  const Found found = model.with_float32([&]<class N>(const N& network) {
    Survey seen = survey(network, model, sae, documents, theme, settings.neurons, settings.text.first_position());
    auto of = seen.features.concentrations();
    auto order = ordered(seen, of, settings.sort, settings.top);
    std::vector<float> rows(order.size() * width);
    for (std::size_t i = 0; i != order.size(); ++i)
      std::copy_n(file.weights.W_dec.data() + order[i] * width, width, rows.data() + i * width);
    const std::string& out =
        file.config.site.hook_name_out.empty() ? file.config.site.hook_name : file.config.site.hook_name_out;
    auto logits = vocabulary_projection(network, written_directions(network, out, rows, model.run_options()),
                                        settings.tokens, model.run_options());
    return Found{std::move(seen), std::move(of), std::move(order), std::move(logits)};
  });
  const FeatureActivity& activity = found.survey.activity;
  const Medians of_features = medians(found.of),
                of_neurons = settings.neurons ? medians(found.survey.neurons.concentrations()) : Medians{};

  if (settings.json) {
    nlohmann::ordered_json json{{"sae", settings.sae.folder},
                                {"hook_name", file.config.site.hook_name},
                                {"positions", activity.positions()},
                                {"interrupted", found.survey.interrupted},
                                {"l0", activity.l0()},
                                {"dead", activity.dead()},
                                {"median_of_features", json_of(of_features)}};
    if (settings.neurons) json["median_of_neurons"] = json_of(of_neurons);
    for (std::size_t i = 0; i != found.order.size(); ++i) {
      const std::size_t feature = found.order[i];
      const Concentration& of = found.of[feature];
      nlohmann::ordered_json row{{"feature", feature},
                                 {"density", activity.density(feature)},
                                 {"greatest", activity.greatest(feature)},
                                 {"top_token", model.token(of.top_token)},
                                 {"top_share", of.top_share},
                                 {"effective_tokens", of.effective_tokens},
                                 {"information", of.information}};
      if (theme) {
        row["theme_precision"] = found.survey.theme.precision(feature);
        row["theme_recall"] = found.survey.theme.recall(feature);
        row["theme_f1"] = found.survey.theme.f1(feature);
      }
      for (const auto& [key, list] :
           {std::pair{"promoted", &found.logits.highest}, {"suppressed", &found.logits.lowest}})
        for (std::size_t rank = 0; rank != settings.tokens; ++rank)
          row[key].push_back({{"token", model.token((*list)(i, rank).token)}, {"logit", (*list)(i, rank).logit}});
      json["features"].push_back(std::move(row));
    }
    return put_json(json);
  }
  Table::Row headings{">feature", ">active", ">greatest", "mostly on", ">its share", ">effective tokens", ">nats"};
  if (theme) headings.push_back(">theme F1");
  headings.push_back("promotes");
  Table table(headings);
  for (std::size_t i = 0; i != found.order.size(); ++i) {
    const std::size_t feature = found.order[i];
    const Concentration& of = found.of[feature];
    std::string promotes;
    for (std::size_t rank = 0; rank != settings.tokens; ++rank)
      promotes += (rank == 0 ? "\"" : " \"") + model.token_text(found.logits.highest(i, rank).token) + "\"";
    Table::Row row{fmt::format("{}", feature),
                   fmt::format("{:.3f} %", 100 * activity.density(feature)),
                   fmt::format("{:.2f}", activity.greatest(feature)),
                   of.mass > 0 ? "\"" + model.token_text(of.top_token) + "\"" : "",
                   fmt::format("{:.0f} %", 100 * of.top_share),
                   fmt::format("{:.1f}", of.effective_tokens),
                   fmt::format("{:.2f}", of.information)};
    if (theme) row.push_back(fmt::format("{:.3f}", found.survey.theme.f1(feature)));
    row.push_back(promotes);
    table.add(row);
  }
  put(table.text());
  Table concentration(
      {"median over those that are active", ">units", ">share of the top token", ">effective tokens", ">nats"});
  const auto add = [&](const std::string& what, const Medians& of) {
    concentration.add({what, fmt::format("{}", of.units), fmt::format("{:.1f} %", 100 * of.top_share),
                       fmt::format("{:.1f}", of.effective_tokens), fmt::format("{:.2f}", of.information)});
  };
  add("features", of_features);
  if (settings.neurons) add("neurons of the layer's MLP", of_neurons);
  put(concentration.text());
  put(fmt::format("{}{} positions, {:.2f} features at a time\n",
                  found.survey.interrupted ? "interrupted: of the pieces that were run; " : "", activity.positions(),
                  activity.l0()));
}

}  // namespace

Command sae_features(CLI::App& family) {
  Options options(
      family, "features", "What features are about, and how much they are about one thing",
      R"(Of a feature with activations a, p(t) is the share of sum a at positions whose token is t: `its share` is the
greatest p, effective tokens 1 / sum p^2, nats KL(p || how often tokens are). --neurons: the same of the layer's neurons
(mlp.hook_post, what is above 0). A theme is a file of words; its F1 is of the share of a feature's activation on tokens
that are one of them, and the share of these where the feature is active. Promoted are the tokens whose logits the
decoder row raises most by itself.

Example:
  tl sae features --sae my_sae --text stories.txt --sort information --neurons)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->sae.declare(options);
  settings->text.declare(options);
  options.text("--sort", settings->sort, "KEY",
               "Which come first: density (the default), greatest, information or theme");
  options.text("--theme", settings->theme, "FILE", "A list of words");
  options.number("--top", settings->top, "N", "Features listed (default: 20)");
  options.number("--tokens", settings->tokens, "N", "Promoted tokens of each (default: 5)");
  options.flag("--neurons", settings->neurons, "Beside them the neurons of the same layer");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
