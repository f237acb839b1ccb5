#include <tl/sae/sae_config.hpp>

#include "../catch.hpp"

TEST_CASE("architectures and normalisations have the names of cfg.json") {
  CHECK(name(tl::SaeArchitecture::skip_transcoder) == "skip_transcoder");
  CHECK(name(tl::SaeArchitecture::jumprelu) == "jumprelu");
  CHECK(name(tl::SaeNormalisation::layer_norm) == "layer_norm");
  CHECK(is_transcoder(tl::SaeArchitecture::transcoder));
  CHECK(!is_transcoder(tl::SaeArchitecture::topk));
}
