#include <tl/sae/sae_parameters.hpp>

#include "../catch.hpp"

TEST_CASE("in training the encoder lies by features, and comes back as it was") {
  const tl::SaeConfig config{.architecture = tl::SaeArchitecture::jumprelu, .d_in = 2, .d_sae = 3, .d_out = 2};
  auto weights = tl::SaeWeights::zeros(config);
  weights.W_enc = {1, 2, 3, 4, 5, 6};
  weights.threshold = {7, 8, 9};
  const auto parameters = tl::SaeParameters::of(config, weights);
  CHECK(parameters.W_enc == tl::AlignedVector<float>{1, 4, 2, 5, 3, 6});
  CHECK(parameters.weights(config).W_enc == weights.W_enc);
  CHECK(parameters.weights(config).threshold == weights.threshold);
  const auto zeros = parameters.zeros();
  CHECK(zeros.W_dec.size() == 6);
  CHECK(zeros.b_gate.empty());
  CHECK(*zeros.tensors()[4] == tl::AlignedVector<float>{0, 0, 0});
}
