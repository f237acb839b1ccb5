#pragma once
// What features do over a text, and which of them come first: of every command that lists features.
#include <optional>
#include <string>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/feature_activity.hpp>
#include <tl/sae/feature_stream.hpp>
#include <tl/sae/theme_activity.hpp>
#include <tl/sae/token_concentration.hpp>
#include <vector>

#include "documents.hpp"
#include "model.hpp"
#include "options.hpp"
#include "sae_folder.hpp"

namespace tl::app {

struct FeatureSurvey {
  FeatureActivity activity;
  std::vector<Concentration> on_tokens;  // [d_sae]
  std::optional<ThemeActivity> theme;
  bool interrupted = false;
};

struct FeatureListOptions {
  ModelOptions model{};
  SaeOptions sae{};
  DocumentOptions text{};
  std::string features{}, theme{}, sort = "density";
  std::size_t top = 20, tokens = 5;
  bool next = false;

  void declare(Options& options);
  // Throws Error where the sort is none of them, or is by a theme and there is none.
  void check() const;
  // Goes over the documents, on a terminal with a line that says how far it is; Ctrl-C ends it with what there is. Of
  // each feature that many places are kept.
  FeatureSurvey survey(const Model& model, const DynamicSae<float>& sae, std::span<const std::vector<Token>> documents,
                       std::size_t places = 0) const;
  // Of each token whether it is a word of --theme; empty without.
  std::vector<char> theme_words(const Model& model) const;
  // Whether a position is of the theme: its token, or with --next the one after it.
  bool of_theme(const std::vector<char>& is_word, std::span<const Token> document, std::size_t position) const {
    const std::size_t at = position + (next ? 1 : 0);
    return at < document.size() && is_word[static_cast<std::size_t>(document[at])] != 0;
  }
  // Every feature, the first of --sort first.
  std::vector<std::size_t> ordered(const FeatureSurvey& survey) const;
  // Those of --features, or else the --top first of these. Throws Error where the SAE has no such feature.
  std::vector<std::size_t> chosen(const std::vector<std::size_t>& ordered) const;
};

}  // namespace tl::app
