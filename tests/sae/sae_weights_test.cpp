#include <tl/sae/sae_weights.hpp>

#include "../catch.hpp"

TEST_CASE("an architecture has its own tensors and no others") {
  tl::SaeConfig config{.d_in = 3, .d_sae = 5, .d_out = 3};
  const auto standard = tl::SaeWeights::zeros(config);
  CHECK(standard.W_enc.size() == 15);
  CHECK(standard.b_enc.size() == 5);
  CHECK(standard.b_dec.size() == 3);
  CHECK(standard.threshold.empty());

  config.architecture = tl::SaeArchitecture::gated;
  const auto gated = tl::SaeWeights::zeros(config);
  CHECK(gated.b_enc.empty());
  CHECK(gated.r_mag.size() == 5);

  config = {.architecture = tl::SaeArchitecture::skip_transcoder, .d_in = 3, .d_sae = 5, .d_out = 2};
  const auto transcoder = tl::SaeWeights::zeros(config);
  CHECK(transcoder.W_dec.size() == 10);
  CHECK(transcoder.b_dec.size() == 2);
  CHECK(transcoder.W_skip.size() == 6);
}
