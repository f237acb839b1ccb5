#include <tl/sae/feature_stream.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "small_saes.hpp"

using namespace tl;

TEST_CASE("features come as encoding the captured values gives them") {
  const auto model = random_model<odd>();
  const DynamicSae<float> sae = sae_of_odd();
  const std::vector<std::vector<Token>> documents{some_tokens(1, odd, 1), some_tokens(9, odd, 2),
                                                  some_tokens(5, odd, 3)};

  std::size_t positions = 0, wrong = 0;
  std::vector<Encoded> whole;
  for (const auto& tokens : documents) {
    const auto run = model.run(tokens, capture<"blocks.2.hook_resid_mid">());
    whole.push_back(sae.encode(run["blocks.2.hook_resid_mid"_hook]));
  }
  stream_features(model, sae, documents, [&](const FeaturePosition& at) {
    ++positions;
    const SparseFeatures& features = whole[at.document].features;
    const auto indices = features.indices_of(at.position);
    const auto values = features.values_of(at.position);
    wrong += !std::equal(indices.begin(), indices.end(), at.features.begin(), at.features.end()) ||
             !std::equal(values.begin(), values.end(), at.values.begin(), at.values.end()) ||
             at.token != documents[at.document][at.position];
  });
  CHECK(positions == 8 + 4);
  CHECK(wrong == 0);

  std::size_t done_before = 0;
  positions = 0;
  stream_features(
      model, sae, documents, [&](const FeaturePosition&) { ++positions; },
      {.first_position = 0, .progress = [&](std::size_t done, std::size_t) { return (done_before = done) != 2; }});
  CHECK(positions == 10);
  CHECK(done_before == 2);
}
