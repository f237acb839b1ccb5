#include <tl/sae/feature_activity.hpp>
#include <tl/sae/feature_passages.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "small_saes.hpp"

using namespace tl;

TEST_CASE("passages have what the feature is at every token around its strongest places") {
  const auto model = random_model<odd>();
  const DynamicSae<float> sae = sae_of_odd();
  const std::vector<std::vector<Token>> documents{some_tokens(9, odd, 1), some_tokens(3, odd, 2),
                                                  some_tokens(12, odd, 3)};

  FeatureActivity activity(70, 2);
  std::vector<std::vector<std::vector<float>>> every(3);  // [document][position][feature]
  for (std::size_t i = 0; i != 3; ++i) every[i].assign(documents[i].size(), std::vector<float>(70));
  stream_features(model, sae, documents, [&](const FeaturePosition& at) {
    activity.add(at.features, at.values, at.document, at.position);
    for (std::size_t i = 0; i != at.features.size(); ++i)
      every[at.document][at.position][at.features[i]] = at.values[i];
  });

  const std::vector<std::size_t> features{61, 7};
  const std::vector<std::vector<TopActivation>> places{activity.top(61), activity.top(7)};
  const auto found = feature_passages(model, sae, documents, features, places, {.before = 4, .after = 2});
  for (std::size_t i = 0; i != 2; ++i) {
    REQUIRE(found[i].size() == 2);
    for (std::size_t rank = 0; rank != 2; ++rank) {
      const auto& [place, first, activations] = found[i][rank];
      CHECK(place.value == places[i][rank].value);
      CHECK(first == (place.position < 5 ? 1 : place.position - 4));
      CHECK(first + activations.size() == std::min(documents[place.text].size(), place.position + 3));
      CHECK(activations[place.position - first] == place.value);
      for (std::size_t at = 0; at != activations.size(); ++at)
        CHECK(activations[at] == every[place.text][first + at][features[i]]);
    }
  }
}
