#include <tl/sae/check_sae.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"

TEST_CASE("an SAE's configuration that contradicts itself is one sentence") {
  const auto complaint = [](tl::SaeConfig config) {
    return error_of([&] { tl::check_sae(config, "the SAE in 'x'"); });
  };
  using enum tl::SaeArchitecture;
  REQUIRE(complaint({.d_in = 3, .d_sae = 4, .d_out = 3}) == "no Error");
  REQUIRE(complaint({.d_in = 3, .d_sae = 4, .d_out = 5}) ==
          "the SAE in 'x' has d_out 5 and d_in 3: only a transcoder has two widths");
  REQUIRE(
      complaint({.architecture = transcoder, .d_in = 3, .d_sae = 4, .d_out = 5}) ==
      "the SAE in 'x' is a transcoder with apply_b_dec_to_input, but its b_dec belongs to another hook point than its "
      "input");
  REQUIRE(complaint({.architecture = topk, .d_in = 3, .d_sae = 4, .d_out = 3, .k = 5}) ==
          "the SAE in 'x' is topk with k = 5, where 1 to its d_sae, 4, is possible");
  REQUIRE(complaint({.d_in = 3, .d_sae = 4, .d_out = 3, .rescale_acts_by_decoder_norm = true}) ==
          "the SAE in 'x' has rescale_acts_by_decoder_norm, which only topk computes, and is standard");
  REQUIRE(complaint({.d_in = 1, .d_sae = 4, .d_out = 1, .normalisation = tl::SaeNormalisation::layer_norm}) ==
          "the SAE in 'x' normalises by layer_norm, and one number has no standard deviation");
  REQUIRE(complaint({.d_sae = 4}) == "the SAE in 'x' has d_in 0, where 1 to 16777216 is read");
}
