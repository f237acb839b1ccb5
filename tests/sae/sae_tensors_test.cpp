#include <string>
#include <tl/sae/sae_tensors.hpp>
#include <tl/sae/sae_weights.hpp>

#include "../catch.hpp"

TEST_CASE("the tensors of an architecture are those that its weights have") {
  using enum tl::SaeArchitecture;
  const auto names = [](tl::SaeArchitecture architecture) {
    const tl::SaeConfig config{.architecture = architecture, .d_in = 3, .d_sae = 5, .d_out = 2};
    const tl::SaeWeights weights = tl::SaeWeights::zeros(config);
    std::string all_names;
    tl::for_each_tensor(config, weights,
                        [&](std::string_view name, std::span<const std::size_t> shape, const auto& values) {
                          std::size_t size = 1;
                          for (const std::size_t extent : shape) size *= extent;
                          REQUIRE(values.size() == size);
                          all_names += std::string(name) + " ";
                        });
    return all_names;
  };
  REQUIRE(names(standard) == "W_enc W_dec b_enc b_dec ");
  REQUIRE(names(jumprelu) == "W_enc W_dec b_enc b_dec threshold ");
  REQUIRE(names(gated) == "W_enc W_dec b_dec b_gate b_mag r_mag ");
  REQUIRE(names(skip_transcoder) == "W_enc W_dec b_enc b_dec W_skip ");
}
