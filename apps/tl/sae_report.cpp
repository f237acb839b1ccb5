// tl sae report: a page of an SAE's features.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <tl/interp/vocabulary_projection.hpp>
#include <tl/io/mapped_file.hpp>
#include <tl/io/xxh64.hpp>
#include <tl/report/histogram.hpp>
#include <tl/report/report.hpp>
#include <tl/report/table.hpp>
#include <tl/report/token_text.hpp>
#include <tl/sae/feature_passages.hpp>
#include <tl/sae/nearest_features.hpp>
#include <tl/sae/written_features.hpp>
#include <utility>

#include "command.hpp"
#include "progress_line.hpp"
#include "provenance.hpp"
#include "sae_survey.hpp"
#include "standard_output.hpp"

namespace tl::app {

namespace {

namespace draw = tl::report;

struct Settings {
  FeatureListOptions list{.tokens = 10};
  std::size_t passages = 8, index = 4096;
  std::string out = "features.html";
};

constexpr std::size_t in_index = 3;  // promoted tokens, and passages whose words find a feature that is not drawn
constexpr PassageSpan drawn_span{.before = 20, .after = 10}, listed_span{.before = 8, .after = 0};

// Everything that the page is made of.
struct Found {
  const Settings& settings;
  const Model& model;
  const SaeFile& file;
  const std::vector<std::vector<Token>>& documents;
  FeatureSurvey survey;
  std::vector<std::size_t> listed{}, drawn{};           // in the index; with a part of their own
  std::vector<std::vector<Token>> promoted{};           // [listed][rank]
  std::vector<std::vector<float>> logits{};             // [drawn][d_vocab]; none where nothing is written
  std::vector<std::vector<FeaturePassage>> passages{};  // [drawn][rank]

  const FeatureActivity& activity() const { return survey.activity; }
  bool is_drawn(std::size_t feature) const { return std::find(drawn.begin(), drawn.end(), feature) != drawn.end(); }
  draw::Cell link(std::size_t feature) const {
    return {std::to_string(feature), is_drawn(feature) ? anchor(feature) : std::string()};
  }
  static std::string anchor(std::size_t feature) { return "feature-" + std::to_string(feature); }
  std::string mostly_on(std::size_t feature) const {
    const Concentration& of = survey.on_tokens[feature];
    return of.mass > 0 ? draw::token_label(model.token(of.top_token)) : "";
  }
  // The text around a place.
  std::string text(const TopActivation& place, PassageSpan span) const {
    const std::vector<Token>& tokens = documents[place.text];
    const auto [first, end] = span.around(place.position, tokens.size(), settings.list.text.first_position());
    std::string text;
    for (std::size_t i = first; i != end; ++i) text += model.token(tokens[i]);
    return text;
  }
};

std::string percent(double share) { return draw::number(100 * share, 3); }

// Runs of letters, digits, apostrophes and bytes beyond ASCII, each once.
std::string words_of(const std::string& text) {
  std::set<std::string> words;
  std::string word, all;
  for (const char c : text + ' ') {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) || byte >= 0x80 || c == '\'') {
      word += static_cast<char>(std::tolower(byte));
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  for (const std::string& each : words) all += each + ' ';
  return all;
}

// What a feature is found by: its number, the tokens it is on and promotes, the words of its strongest passages.
std::string search_words(const Found& found, std::size_t row) {
  const std::size_t feature = found.listed[row];
  std::string tokens, text;
  if (const Concentration& of = found.survey.on_tokens[feature]; of.mass > 0) tokens = found.model.token(of.top_token);
  for (const Token token : found.promoted[row]) tokens += ' ' + found.model.token(token);
  auto places = found.activity().top(feature);
  if (!found.is_drawn(feature)) places.resize(std::min(places.size(), in_index));
  for (const TopActivation& place : places) text += found.text(place, drawn_span) + ' ';
  return std::to_string(feature) + ' ' + tokens + ' ' + words_of(text);
}

draw::Table index(const Found& found) {
  draw::Table table{.title = "Index of features",
                    .header = {"feature", "active, %", "greatest", "mostly on", "its share, %", "nats", "promotes",
                               "strongest at the end of"},
                    .rows = {},
                    .note =
                        "A number finds that feature; a word those that are on or promote such a token, or have it "
                        "in a passage where they are strongest. Features with a link are drawn below."};
  const FeatureActivity& activity = found.activity();
  if (found.listed.size() < activity.features())
    table.note +=
        fmt::format(" Listed are {} of {}, by {}.", found.listed.size(), activity.features(), found.settings.list.sort);
  if (found.survey.theme) table.header.insert(table.header.begin() + 6, "theme F1");
  for (std::size_t row = 0; row != found.listed.size(); ++row) {
    const std::size_t feature = found.listed[row];
    const Concentration& of = found.survey.on_tokens[feature];
    std::string promotes, strongest = "never active";
    for (const Token token : found.promoted[row]) promotes += draw::token_label(found.model.token(token)) + ' ';
    if (const auto top = activity.top(feature); !top.empty()) {
      const std::string text = found.text(top.front(), listed_span);
      strongest = draw::token_label(std::string_view(text).substr(std::min(text.find_first_not_of(' '), text.size())));
    }
    draw::Cells cells{found.link(feature),
                      percent(activity.density(feature)),
                      draw::number(static_cast<double>(activity.greatest(feature))),
                      found.mostly_on(feature),
                      of.mass > 0 ? percent(of.top_share) : "",
                      of.mass > 0 ? draw::number(of.information) : "",
                      promotes,
                      strongest};
    if (found.survey.theme) cells.insert(cells.begin() + 6, draw::number(found.survey.theme->f1(feature)));
    table.rows.push_back(std::move(cells));
    table.words.push_back(search_words(found, row));
  }
  return table;
}

draw::Table tokens_table(const Found& found, const char* title, const std::vector<kernels::TokenLogit>& tokens) {
  draw::Table table{.title = title, .header = {"token", "logit"}, .rows = {}};
  for (const kernels::TokenLogit& each : tokens)
    table.rows.push_back(
        {draw::token_label(found.model.token(each.token)), draw::number(static_cast<double>(each.logit))});
  return table;
}

draw::Table nearest(const Found& found, std::size_t feature) {
  draw::Table table{.title = "Nearest features", .header = {"feature", "cosine", "mostly on"}, .rows = {}};
  for (const NearFeature& near :
       nearest_features(found.file.weights.W_dec, found.file.config.d_out, feature, found.settings.list.tokens))
    table.rows.push_back(
        {found.link(near.feature), draw::number(static_cast<double>(near.cosine)), found.mostly_on(near.feature)});
  return table;
}

draw::TokenText passages(const Found& found, std::size_t drawn) {
  draw::TokenText chart{
      .title = "Where it is strongest",
      .passages = {},
      .colors = draw::sequential(0, static_cast<double>(found.activity().greatest(found.drawn[drawn]))),
      .unit = "activation"};
  for (const FeaturePassage& passage : found.passages[drawn]) {
    draw::Passage drawn_passage{.tokens = {}, .values = passage.activations};
    for (std::size_t i = 0; i != passage.activations.size(); ++i)
      drawn_passage.tokens.push_back(found.model.token(found.documents[passage.place.text][passage.first + i]));
    drawn_passage.label =
        fmt::format("{} at token {} of piece {}", draw::number(static_cast<double>(passage.place.value)),
                    passage.place.position, passage.place.text);
    chart.passages.push_back(std::move(drawn_passage));
  }
  return chart;
}

void add_feature(draw::Report& page, const Found& found, std::size_t drawn) {
  const std::size_t feature = found.drawn[drawn];
  const FeatureActivity& activity = found.activity();
  const Concentration& of = found.survey.on_tokens[feature];
  const bool active = activity.active(feature) != 0;
  page.part(fmt::format("Feature {}", feature), Found::anchor(feature));
  if (active) {
    page.text(
        fmt::format("Active at {} of {} positions ({} %), up to {}. {} % of its activation is on \u201C{}\u201D; "
                    "effective tokens {}, {} nats.",
                    activity.active(feature), activity.positions(), percent(activity.density(feature)),
                    draw::number(static_cast<double>(activity.greatest(feature))), percent(of.top_share),
                    found.mostly_on(feature), draw::number(of.effective_tokens), draw::number(of.information)));
  } else {
    page.text(fmt::format("Never active at these {} positions: it has no passages and no histogram of activations.",
                          activity.positions()));
  }
  const draw::Histogram activations{.title = "Activations, where it is active",
                                    .edges = activity.histogram(feature).edges(),
                                    .counts = activity.histogram(feature).counts(),
                                    .x_label = "activation",
                                    .y_label = "positions"};
  if (found.logits.empty()) {
    if (active) page.add(activations);
    page.add(nearest(found, feature));
  } else {
    constexpr std::size_t bins = 40;
    const draw::Binned binned = draw::bin(found.logits[drawn], bins);
    const draw::Histogram logits{.title = "Logits of all tokens",
                                 .edges = binned.edges,
                                 .counts = binned.counts,
                                 .x_label = "logit",
                                 .y_label = "tokens",
                                 .y_spacing = draw::Spacing::logarithmic};
    const TokenExtremes ends = token_extremes(found.logits[drawn], found.settings.list.tokens);
    if (active) page.add(activations, logits);
    else page.add(logits);
    page.add(tokens_table(found, "Raises most", ends.highest), tokens_table(found, "Lowers most", ends.lowest),
             nearest(found, feature));
  }
  if (!found.passages[drawn].empty()) page.add(passages(found, drawn));
}

// How the logits of a feature come about, as a sentence.
std::string about_logits(const SaeSite& site) {
  const std::string& point = decoded_point(site);
  const HookRef ref = resolve(point);
  const Written how = written(ref);
  if (how == Written::none)
    return "What is at " + point +
           " is not written to the residual stream by one matrix, so features have no logits here.";
  const std::string through =
      how == Written::as_it_is
          ? ""
          : fmt::format(" through {} of block {}", how == Written::through_W_out ? "W_out" : "W_O", ref.layer);
  return "Logits are those of a feature's decoder row" + through +
         ", less its mean, times the final norm's gain, times W_U, less their mean over the vocabulary: what it says "
         "to the output by itself, past the layers between. Nearest features are those of the greatest cosine between "
         "decoder rows.";
}

draw::Histogram densities(const FeatureActivity& activity) {
  std::vector<float> logs;
  for (std::size_t i = 0; i != activity.features(); ++i)
    if (activity.active(i) != 0) logs.push_back(static_cast<float>(std::log10(activity.density(i))));
  constexpr std::size_t bins = 30;
  const draw::Binned binned = draw::bin(logs, bins);
  return {.title = "How often features are active",
          .edges = binned.edges,
          .counts = binned.counts,
          .x_label = "log10 of the share of positions",
          .y_label = "features"};
}

std::string summary(const Found& found) {
  const SaeConfig& config = found.file.config;
  const FeatureActivity& activity = found.activity();
  const std::string k = config.k == 0 ? "" : fmt::format(", k = {}", config.k);
  return fmt::format(
      "{} SAE of {}: {} features of {} dimensions{}. Over {} positions of {} ({} pieces{}{}), {} features are active "
      "at a time; {} % never are.",
      name(config.architecture), config.site.hook_name, config.d_sae, config.d_in, k, activity.positions(),
      found.settings.list.text.file, found.documents.size(),
      found.settings.list.text.first_position() == 0 ? "" : ", position 0 left out",
      found.survey.interrupted ? ", interrupted: the first of them only" : "", draw::number(activity.l0()),
      percent(activity.dead()));
}

void run(const Settings& settings, const Arguments& arguments) {
  settings.list.check();
  const Model model(settings.list.model);
  const SaeFile file = load_sae(settings.list.sae.path());
  const auto documents = settings.list.text.read(model);
  const DynamicSae<float> sae(file.config, file.weights, model.run_options());
  if (!settings.list.features.empty())
    settings.list.chosen(std::vector<std::size_t>(file.config.d_sae));  // before the work

  Found found{settings, model, file, documents,
              settings.list.survey(model, sae, documents, std::max(settings.passages, in_index))};
  found.listed = settings.list.ordered(found.survey);
  found.drawn = settings.list.chosen(found.listed);
  found.listed.resize(std::min(found.listed.size(), settings.index));
  found.promoted.resize(found.listed.size());
  model.with_float32([&](const auto& network) {
    const RunOptions options = model.run_options();
    if (written(resolve(decoded_point(file.config.site))) != Written::none) {
      const auto rows = written_features(network, file.config, file.weights.W_dec, found.drawn, options);
      for (std::size_t i = 0; i != found.drawn.size(); ++i)
        found.logits.push_back(direction_logits(network, rows(i).values(), options));
      const std::size_t count = std::min(in_index, model.config().d_vocab);
      const auto projected = vocabulary_projection(
          network, written_features(network, file.config, file.weights.W_dec, found.listed, options), count, options);
      for (std::size_t i = 0; i != found.listed.size(); ++i)
        for (std::size_t rank = 0; rank != count; ++rank) found.promoted[i].push_back(projected.highest(i, rank).token);
    }
    std::vector<std::vector<TopActivation>> places;
    for (const std::size_t feature : found.drawn) {
      places.push_back(found.activity().top(feature));
      places.back().resize(std::min(places.back().size(), settings.passages));
    }
    ProgressLine line("pieces with passages", documents.size());
    found.passages = feature_passages(network, sae, documents, found.drawn, places, drawn_span,
                                      {.first_position = settings.list.text.first_position(),
                                       .progress =
                                           [&](std::size_t done, std::size_t) {
                                             line.update(done);
                                             return true;
                                           }},
                                      options);
  });

  auto made = provenance(arguments, model, {});
  made.erase("prompts");
  made["sae"] = describe(settings.list.sae.path(), file.config);
  made["text"] = {{"file", std::filesystem::absolute(settings.list.text.file).string()},
                  {"hash", fmt::format("{:016x}", io::xxh64(io::MappedFile(settings.list.text.file).bytes()))}};
  draw::Report page("Features of an SAE", table_of(made));
  page.section("The SAE").text(summary(found)).text(about_logits(file.config.site));
  if (found.activity().dead() < 1) page.add(densities(found.activity()));
  page.section("All features").add(index(found));
  page.section("Chosen features");
  for (std::size_t i = 0; i != found.drawn.size(); ++i) add_feature(page, found, i);
  page.save(settings.out);
  put(fmt::format("{}\n", settings.out));
}

}  // namespace

Command sae_report(CLI::App& family) {
  Options options(
      family, "report", "One HTML file of features: where they are active, and what they say",
      R"(Of chosen features the passages where each is strongest, its tokens coloured; histograms of activations and of
logits; the tokens that it raises and lowers most, by itself; the nearest features. An index of all features can be
searched by number, token, or a word of the passages. The file needs no network and no other file. Ctrl-C makes the page
of what was run.

Examples:
  tl sae report --sae my_sae --text stories.txt --sort information --top 10 --out features.html
  tl sae report --sae my_sae --text stories.txt --features 3,141)");
  const auto settings = std::make_shared<Settings>();
  settings->list.declare(options);
  options.number("--passages", settings->passages, "N", "Passages of each feature (default: 8)");
  options.number("--index", settings->index, "N", "Features in the index, the first of --sort (default: 4096)");
  options.text("--out", settings->out, "FILE.html", "The file (default: features.html)");
  return {options.command(), [settings](const Arguments& arguments) { run(*settings, arguments); }};
}

}  // namespace tl::app
