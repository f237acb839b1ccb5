#include <tl/sae/transcoder.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "../model/small_models.hpp"
#include "small_saes.hpp"

using namespace tl;

TEST_CASE("a transcoder decodes rows of another width, and operator() alone takes the skip path") {
  using Mine = Transcoder<"blocks.0.ln2.hook_out", "blocks.1.mlp.hook_post", 51, 70, 30, SkipPath::linear>;
  const auto transcoder = random_typed_sae<Mine>();
  Tensor<float, Dim<"pos">, Dim<"d_model", 51>> x(3);
  for (std::size_t i = 0; i != x.size(); ++i) x.data()[i] = std::sin(static_cast<float>(i));
  const auto encoded = transcoder.encode(x.view());
  REQUIRE(encoded.features.entries() > 10);
  const auto decoded = transcoder.decode(encoded), whole = transcoder(x.view());
  const SaeWeights weights = transcoder.dynamic_sae().weights();
  for (std::size_t r = 0; r != 3; ++r)
    for (std::size_t c = 0; c != 30; ++c) {
      double skip = 0;
      for (std::size_t i = 0; i != 51; ++i) skip += double{x(r, i)} * double{weights.W_skip[c * 51 + i]};
      REQUIRE(whole(r, c) == Approx(double{decoded(r, c)} + skip).margin(1e-5));
    }
  REQUIRE(transcoder.dynamic_sae().decoder_row(4).size() == 30);
}

TEST_CASE("the folder of another transcoder is refused, naming what differs") {
  using Mine = Transcoder<"blocks.1.ln2.hook_out", "blocks.1.hook_mlp_out", 51, 70>;
  const auto transcoder = random_typed_sae<Mine>();
  SaeConfig config = transcoder.config();
  config.site.hook_name_out = "blocks.2.hook_mlp_out";
  config.site.center_writing_weights = true;
  REQUIRE(error_of([&] { Mine(config, transcoder.dynamic_sae().weights()); }) ==
          "the SAE is not the one of the program's type: hook point of what is reconstructed blocks.2.hook_mlp_out "
          "against blocks.1.hook_mlp_out, residual basis centred against raw");
  using Skips = Transcoder<"blocks.1.ln2.hook_out", "blocks.1.hook_mlp_out", 51, 70, 51, SkipPath::linear>;
  REQUIRE(error_of([&] { Skips(transcoder.config(), transcoder.dynamic_sae().weights()); }) ==
          "the SAE is not the one of the program's type: architecture transcoder against skip_transcoder");
}
