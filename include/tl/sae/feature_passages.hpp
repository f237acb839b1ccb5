#pragma once
// Stretches of text around the places where features are strongest, with what they are at each token.
#include <algorithm>
#include <cstddef>
#include <map>
#include <span>
#include <tl/interp/top_activations.hpp>
#include <tl/sae/feature_stream.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Tokens first, first + 1, ... of a document, an activation each (0: not active there); `place` is in it.
struct FeaturePassage {
  TopActivation place;
  std::size_t first;
  std::vector<float> activations;
};

struct PassageSpan {
  std::size_t before = 20, after = 10;  // tokens of the place; fewer at a document's ends

  struct Range {
    std::size_t first, end;
  };
  // Around a position of a document of so many tokens, from first_position on.
  Range around(std::size_t position, std::size_t tokens, std::size_t first_position) const {
    return {std::max(first_position, position - std::min(position, before)), std::min(tokens, position + 1 + after)};
  }
};

// Of features[i] its passages around places[i], in that order. Documents with places are run again, as far as these
// go. Throws Error as stream_features does; where progress stops it, what was not run is 0.
template <Config C, StorageType S, Basis B, StorageType SaeStorage>
std::vector<std::vector<FeaturePassage>> feature_passages(
    const Gpt2<C, S, B>& model, const DynamicSae<SaeStorage>& sae, std::span<const std::vector<Token>> documents,
    std::span<const std::size_t> features, std::span<const std::vector<TopActivation>> places, PassageSpan span = {},
    const FeatureStreamOptions& options = {}, RunOptions run = {}) {
  struct Wanted {
    std::size_t feature;
    FeaturePassage* passage;
  };
  struct Visited {
    std::size_t end = 0;  // tokens
    std::vector<Wanted> wanted{};
  };
  std::map<std::size_t, Visited> visited;  // by document
  std::vector<std::vector<FeaturePassage>> passages(features.size());
  for (std::size_t i = 0; i != features.size(); ++i) {
    passages[i].reserve(places[i].size());
    for (const TopActivation& place : places[i]) {
      const auto [first, end] = span.around(place.position, documents[place.text].size(), options.first_position);
      passages[i].push_back({place, first, std::vector<float>(end - first)});
      Visited& document = visited[place.text];
      document.end = std::max(document.end, end);
      document.wanted.push_back({features[i], &passages[i].back()});
    }
  }
  std::vector<std::vector<Token>> beginnings;
  std::vector<const Visited*> of;
  for (const auto& [document, each] : visited) {
    const auto begin = documents[document].begin();
    beginnings.emplace_back(begin, begin + static_cast<std::ptrdiff_t>(each.end));
    of.push_back(&each);
  }
  stream_features(
      model, sae, beginnings,
      [&](const FeaturePosition& at) {
        for (const Wanted& wanted : of[at.document]->wanted) {
          FeaturePassage& passage = *wanted.passage;
          if (at.position < passage.first || at.position >= passage.first + passage.activations.size()) continue;
          for (std::size_t i = 0; i != at.features.size(); ++i)
            if (at.features[i] == wanted.feature) passage.activations[at.position - passage.first] = at.values[i];
        }
      },
      options, run);
  return passages;
}

}  // namespace TL_NAMESPACE
