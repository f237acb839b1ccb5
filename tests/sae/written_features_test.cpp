#include <tl/sae/written_features.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

TEST_CASE("decoder rows as they are, through W_out, and one head's through W_O") {
  const auto model = random_model<odd>();
  std::vector<float> W_dec(3 * odd.d_mlp);
  for (std::size_t i = 0; i != W_dec.size(); ++i) W_dec[i] = static_cast<float>(i % 7);
  const auto row_at = [&](const char* point, std::size_t width, std::size_t feature) {
    SaeConfig sae{.d_in = width, .d_sae = 3, .d_out = width};
    sae.site.hook_name = point;
    const std::vector<std::size_t> features{1, feature};
    const auto found = written_features(model, sae, W_dec, features);
    REQUIRE(found.size() == 2 * odd.d_model);
    return std::vector<float>(found(1).values().begin(), found(1).values().end());
  };
  CHECK(row_at("blocks.1.hook_resid_pre", odd.d_model, 2) ==
        std::vector<float>(W_dec.begin() + 2 * odd.d_model, W_dec.begin() + 3 * odd.d_model));
  const auto through = row_at("blocks.1.mlp.hook_post", odd.d_mlp, 2);
  const auto w_out = model.weights().W_out(1);
  for (std::size_t m = 0; m != odd.d_model; ++m) {
    double sum = 0;
    for (std::size_t i = 0; i != odd.d_mlp; ++i) sum += static_cast<double>(W_dec[2 * odd.d_mlp + i] * w_out(i, m));
    CHECK(static_cast<double>(through[m]) == Approx(sum).margin(1e-4));
  }

  SaeConfig of_head{.d_in = odd.d_head, .d_sae = 3, .d_out = odd.d_head};
  of_head.site.hook_name = "blocks.0.attn.hook_z";
  of_head.site.hook_head_index = 2;
  const auto written = written_features(model, of_head, W_dec, std::vector<std::size_t>{0});
  const auto w_o = model.weights().W_O(0);
  for (std::size_t m = 0; m != odd.d_model; ++m) {
    double sum = 0;
    for (std::size_t i = 0; i != odd.d_head; ++i) sum += static_cast<double>(W_dec[i] * w_o(2, i, m));
    CHECK(static_cast<double>(written(0, m)) == Approx(sum).margin(1e-4));
  }
}

TEST_CASE("a transcoder writes at its own point, and what cannot be written is refused") {
  const auto model = random_model<odd>();
  SaeConfig sae{.architecture = SaeArchitecture::transcoder, .d_in = odd.d_model, .d_sae = 1, .d_out = odd.d_model};
  sae.site.hook_name = "blocks.0.ln2.hook_normalized";
  const std::vector<float> W_dec(odd.d_model, 1.f);
  const std::vector<std::size_t> first{0};
  CHECK_THROWS_WITH(written_features(model, sae, W_dec, first), Catch::Contains("is not written"));
  sae.site.hook_name_out = "blocks.0.hook_mlp_out";
  CHECK(written_features(model, sae, W_dec, first)(0, 5) == 1);
  sae.site.hook_name_out = "blocks.0.attn.hook_attn_scores";
  CHECK_THROWS_WITH(written_features(model, sae, W_dec, first), Catch::Contains("which has 0"));
}
