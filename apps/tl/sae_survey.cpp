#include "sae_survey.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tl/sae/theme.hpp>

#include "interrupt.hpp"
#include "number.hpp"
#include "progress_line.hpp"
#include "read_text.hpp"
#include "separated_list.hpp"

namespace tl::app {

void FeatureListOptions::declare(Options& options) {
  model.declare(options);
  sae.declare(options);
  text.declare(options);
  options.text("--features", features, "LIST", "Features by number, between commas (default: the first of --sort)");
  options.number("--top", top, "N", "Without --features: so many (default: 20)");
  options.text("--sort", sort, "KEY", "Which come first: density (the default), greatest, information or theme");
  options.text("--theme", theme, "FILE", "A list of words");
  options.flag("--next", next, "The theme is what the next token is of: what features foretell");
  options.number("--tokens", tokens, "N",
                 "Tokens that each feature promotes (default: " + std::to_string(tokens) + ")");
}

void FeatureListOptions::check() const {
  if (sort != "density" && sort != "greatest" && sort != "information" && sort != "theme")
    throw Error("--sort is `", sort, "`, where density, greatest, information or theme is wanted");
  if (sort == "theme" && theme.empty()) throw Error("--sort theme needs a theme: give --theme FILE, a list of words");
}

FeatureSurvey FeatureListOptions::survey(const Model& of, const DynamicSae<float>& features_of,
                                         std::span<const std::vector<Token>> documents, std::size_t places) const {
  const std::size_t d_sae = features_of.config().d_sae;
  FeatureSurvey found{FeatureActivity(d_sae, places), {}, {}};
  TokenConcentration tokens_of(d_sae);
  const std::vector<char> words = theme_words(of);
  if (!words.empty()) found.theme.emplace(d_sae);
  const Interrupt interrupt;
  ProgressLine line("pieces", documents.size());
  const auto progress = [&](std::size_t done, std::size_t) {
    line.update(done);
    return !(found.interrupted = interrupt.asked());
  };
  of.with_float32([&](const auto& network) {
    stream_features(
        network, features_of, documents,
        [&](const FeaturePosition& at) {
          found.activity.add(at.features, at.values, at.document, at.position);
          tokens_of.add(at.token, at.features, at.values);
          if (found.theme)
            found.theme->add(of_theme(words, documents[at.document], at.position), at.features, at.values);
        },
        {.first_position = text.first_position(), .progress = progress}, of.run_options());
  });
  found.on_tokens = tokens_of.concentrations();
  return found;
}

std::vector<char> FeatureListOptions::theme_words(const Model& of) const {
  if (theme.empty()) return {};
  const Theme words(read_text(theme));
  std::vector<char> found(of.config().d_vocab);
  for (std::size_t token = 0; token != found.size(); ++token)
    found[token] = words.is_word(of.token(static_cast<Token>(token)));
  return found;
}

std::vector<std::size_t> FeatureListOptions::ordered(const FeatureSurvey& survey) const {
  if (sort == "theme") return survey.theme->best(survey.activity.features());
  std::vector<std::size_t> order(survey.activity.features());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) {
    return sort == "density"    ? survey.activity.density(i)
           : sort == "greatest" ? static_cast<double>(survey.activity.greatest(i))
                                : survey.on_tokens[i].information;
  });
  return order;
}

std::vector<std::size_t> FeatureListOptions::chosen(const std::vector<std::size_t>& ordered) const {
  if (features.empty())
    return {ordered.begin(), ordered.begin() + static_cast<std::ptrdiff_t>(std::min(top, ordered.size()))};
  std::vector<std::size_t> list;
  for (const std::string_view item : parse_list(features, "--features")) {
    list.push_back(parse_number<std::size_t>(item, "a feature of --features"));
    if (list.back() >= ordered.size())
      throw Error("--features names feature ", list.back(), ", and this SAE has ", ordered.size());
  }
  return list;
}

}  // namespace tl::app
