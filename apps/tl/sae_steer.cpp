// tl sae steer: what features of an SAE do to a text while it is generated.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <tl/core/philox.hpp>
#include <tl/decode/edited_texts.hpp>
#include <tl/sae/sae_place.hpp>
#include <tl/sae/splice.hpp>
#include <tl/sae/theme.hpp>

#include "command.hpp"
#include "interrupt.hpp"
#include "progress_line.hpp"
#include "prompts.hpp"
#include "read_text.hpp"
#include "sae_folder.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

struct Settings {
  ModelOptions model;
  SaeOptions sae;
  PromptOptions prompt;
  GenerateOptions generate{.max_new_tokens = 40};
  std::vector<std::string> add, clamp, scale, project;
  std::string prompts_file, theme;
  std::size_t compare = 0;
  bool alone = false, json = false;
};

// "123:4.5"
FeatureEdit parse_edit(FeatureEdit::Kind kind, const std::string& text, const std::string& option, std::size_t d_sae) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos) throw Error(option, " is `", text, "`, where FEATURE:VALUE is wanted");
  const auto feature = parse_number<std::uint64_t>(std::string_view(text).substr(0, colon), "a feature of " + option);
  if (feature >= d_sae) throw Error(option, " names feature ", feature, ", and this SAE has ", d_sae);
  return {kind, static_cast<std::uint32_t>(feature),
          parse_number<float>(std::string_view(text).substr(colon + 1), "a value of " + option)};
}

FeatureEdits edits_of(const Settings& settings, std::size_t d_sae) {
  using Kind = FeatureEdit::Kind;
  FeatureEdits edits;
  const auto read = [&](Kind kind, const std::vector<std::string>& texts, const std::string& option) {
    for (const std::string& text : texts) edits.push_back(parse_edit(kind, text, option, d_sae));
  };
  read(Kind::add, settings.add, "--add");
  read(Kind::clamp, settings.clamp, "--clamp");
  read(Kind::scale, settings.scale, "--scale");
  read(Kind::project, settings.project, "--project");
  if (edits.empty()) throw Error("nothing is edited: give --add, --clamp, --scale or --project FEATURE:VALUE");
  return edits;
}

std::vector<std::vector<Token>> prompts_of(const Settings& settings, const Model& model) {
  if (settings.prompts_file.empty()) return settings.prompt.read(model);
  if (settings.prompt.given()) throw Error("--prompts and --prompt exclude each other");
  std::vector<std::vector<Token>> prompts;
  const std::string text = read_text(settings.prompts_file);
  for (std::size_t first = 0; first < text.size();) {
    const std::size_t end = std::min(text.find('\n', first), text.size());
    if (end != first)
      prompts.push_back(model.prompt(std::string_view(text).substr(first, end - first), settings.prompt.bos()));
    first = end + 1;
  }
  if (prompts.empty()) throw Error("'", settings.prompts_file, "' has no prompt: one a line is wanted");
  return prompts;
}

// What was generated from all prompts with one edit.
struct Trial {
  std::vector<std::string> texts;
  Theme::Count theme;
  double loss = 0;
};

double norm_of_row(const SaeFile& file, std::size_t feature) {
  double sum = 0;
  for (std::size_t i = 0; i != file.config.d_out; ++i) {
    const double x = static_cast<double>(file.weights.W_dec[feature * file.config.d_out + i]);
    sum += x * x;
  }
  return std::sqrt(sum);
}

// As much of other features, chosen at random, as has the norm that the edit adds: "at the same norm".
std::vector<FeatureEdit> others(const SaeFile& file, const FeatureEdit& edit, std::size_t count, std::uint64_t seed) {
  std::vector<FeatureEdit> chosen;
  const double norm = norm_of_row(file, edit.feature) * static_cast<double>(edit.value);
  const std::size_t d_sae = file.config.d_sae;
  std::vector<char> taken(d_sae);
  taken[edit.feature] = 1;
  for (std::uint64_t i = 0; chosen.size() != count; ++i) {
    const auto bits = random_bits({seed, 0}, 0, Purpose::data, i);
    const std::size_t feature = (std::uint64_t{bits[0]} << 32 | bits[1]) % d_sae;
    if (taken[feature]) continue;
    taken[feature] = 1;
    const double own = norm_of_row(file, feature);
    if (own == 0) continue;
    chosen.push_back(add_feature(feature, static_cast<float>(norm / own)));
  }
  return chosen;
}

void run(const Settings& settings) {
  const Model model(settings.model);
  const SaeFile file = load_sae(settings.sae.path());
  const FeatureEdits edits = edits_of(settings, file.config.d_sae);
  const auto prompts = prompts_of(settings, model);
  std::optional<Theme> theme;
  if (!settings.theme.empty()) theme.emplace(read_text(settings.theme));
  if (settings.alone && settings.compare != 0) throw Error("--alone and --compare exclude each other");
  if (settings.compare != 0) {
    if (!theme) throw Error("--compare needs a theme to compare by: give --theme FILE, a list of words");
    if (edits.size() != 1 || edits.front().kind != FeatureEdit::Kind::add)
      throw Error("--compare goes by one --add: other edits have no norm to give other features");
    if (settings.compare >= file.config.d_sae / 2)
      throw Error("--compare is ", settings.compare, ", and an SAE of ", file.config.d_sae,
                  " features has too few others");
  }
  const DynamicSae<float> sae(file.config, file.weights, model.run_options());
  GenerateOptions options = settings.generate;
  options.threads = model.run_options().threads;
  if (model.tokenizer().eos()) options.stop_tokens.push_back(*model.tokenizer().eos());

  std::vector<FeatureEdits> trials;
  if (settings.alone)
    for (const FeatureEdit& edit : edits) trials.push_back({edit});
  else trials.push_back(edits);

  struct Found {
    Trial plain;
    std::vector<Trial> edited, others;
  };
  const Found found = model.with_float32([&]<class N>(const N& network) {
    sae_place(file.config, network.config(), N::basis);
    const auto trial = [&](const FeatureEdits& with, bool with_loss) {
      Trial one;
      const auto texts =
          edited_texts(network, file.config.site.hook_name,
                       with.empty() ? DynamicHooks::Function{} : splice_function(sae, with, true), prompts, options);
      for (const std::vector<Token>& text : texts) {
        one.texts.push_back(model.tokenizer().decode(text));
        if (theme) one.theme += theme->count(one.texts.back());
      }
      if (with_loss) one.loss = continuation_loss(network, prompts, texts, model.run_options());
      return one;
    };
    const Interrupt interrupt;
    ProgressLine line("edits", trials.size() + settings.compare);
    Found all_of_it{trial({}, true), {}, {}};
    for (const FeatureEdits& each : trials) {
      if (!all_of_it.edited.empty() && interrupt.asked()) break;
      all_of_it.edited.push_back(trial(each, true));
      line.update(all_of_it.edited.size());
    }
    if (settings.compare != 0)
      for (const FeatureEdit& other : others(file, edits.front(), settings.compare, options.sampling.seed)) {
        if (interrupt.asked()) break;
        all_of_it.others.push_back(trial({other}, false));
        line.update(trials.size() + all_of_it.others.size());
      }
    return all_of_it;
  });

  std::vector<double> shares;
  for (const Trial& other : found.others) shares.push_back(other.theme.share());
  std::sort(shares.begin(), shares.end());
  const auto below = static_cast<std::size_t>(
      std::lower_bound(shares.begin(), shares.end(), found.edited.front().theme.share()) - shares.begin());
  // The least of the greatest hundredth.
  const double percentile_99 =
      shares.empty() ? std::nan("") : shares[std::min(shares.size() - 1, shares.size() * 99 / 100)];

  if (settings.json) {
    const auto json_of = [&](const Trial& trial) {
      nlohmann::ordered_json json{
          {"texts", trial.texts}, {"loss", trial.loss}, {"loss_added", trial.loss - found.plain.loss}};
      if (theme) {
        json["theme_words"] = trial.theme.of_theme;
        json["words"] = trial.theme.words;
        json["theme_share"] = trial.theme.share();
      }
      return json;
    };
    nlohmann::ordered_json json{{"sae", settings.sae.folder}, {"hook_name", file.config.site.hook_name}};
    json["unsteered"] = json_of(found.plain);
    if (settings.alone)
      for (const Trial& each : found.edited) json["each_steered"].push_back(json_of(each));
    else json["steered"] = json_of(found.edited.front());
    if (!shares.empty()) {
      json["others"] = shares;
      json["others_99th_percentile"] = percentile_99;
      json["others_below"] = below;
    }
    return put_json(json);
  }
  for (std::size_t i = 0; i != std::min<std::size_t>(prompts.size(), 3); ++i) {
    put(faint(model.tokenizer().decode(prompts[i])) + "\n");
    put("  unsteered: " + found.plain.texts[i] + "\n");
    for (const Trial& each : found.edited) put("  steered:   " + each.texts[i] + "\n");
  }
  Table table({"", ">loss without steering", theme ? ">words of the theme" : "", theme ? ">their share" : ""});
  const auto add = [&](const std::string& name, const Trial& trial) {
    table.add({name, fmt::format("{:.4f}", trial.loss),
               theme ? fmt::format("{} of {}", trial.theme.of_theme, trial.theme.words) : "",
               theme ? fmt::format("{:.2f} %", 100 * trial.theme.share()) : ""});
  };
  add("unsteered", found.plain);
  for (std::size_t i = 0; i != found.edited.size(); ++i)
    add(settings.alone ? fmt::format("feature {}, {}", edits[i].feature, edits[i].value) : "steered", found.edited[i]);
  put(table.text());
  if (!shares.empty())
    put(fmt::format(
        "of {} other features at the same norm {} have less of the theme; their 99th percentile is {:.2f} %\n",
        shares.size(), below, 100 * percentile_99));
}

}  // namespace

Command sae_steer(CLI::App& family) {
  Options options(
      family, "steer", "What features do to a text while it is generated",
      R"(Edits act at every position but that of the BOS, and add to the values only what they change: x + decode(edited f) -
decode(f). The loss is that of the generated texts under the model as it is. With a theme, a file of words, its share of
the generated words is counted; --compare does the same for as many other features, each added at the same norm. --alone
tries a grid of edits, one by one.

Example:
  tl sae steer --sae my_sae --add 123:8 --prompt 'One day, a boy' --temperature 0)");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  settings->sae.declare(options);
  options.texts("--add", settings->add, "FEATURE:VALUE",
                "Add VALUE to a feature; several may be given, as of the others");
  options.texts("--clamp", settings->clamp, "FEATURE:VALUE", "Make a feature VALUE; 0 ablates it");
  options.texts("--scale", settings->scale, "FEATURE:FACTOR", "Multiply a feature");
  options.texts("--project", settings->project, "FEATURE:VALUE",
                "Make VALUE what the values have along its decoder row");
  settings->prompt.declare_several(options);
  options.text("--prompts", settings->prompts_file, "FILE", "Prompts, one a line");
  options.number("--max-new-tokens", settings->generate.max_new_tokens, "N", "End after N tokens (default: 40)");
  options.number("--temperature", settings->generate.sampling.temperature, "T",
                 "Divide the logits by T; 0 takes the likeliest token (default: 1)");
  options.number("--top-p", settings->generate.sampling.top_p, "P",
                 "Draw from the likeliest tokens that have probability P together");
  options.number("--seed", settings->generate.sampling.seed, "N", "The same seed gives the same text (default: 0)");
  options.text("--theme", settings->theme, "FILE", "Count the words of a list in what is generated");
  options.number("--compare", settings->compare, "N", "Beside N other features, chosen at random");
  options.flag("--alone", settings->alone, "Each edit by itself, one after the other, not all together");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
