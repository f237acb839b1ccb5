#include <cmath>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/fold_sae.hpp>

#include "../io/scratch.hpp"
#include "../kernels/every_set.hpp"
#include "../model/goldens.hpp"
#include "references.hpp"

using Catch::Matchers::Contains;

namespace {

using Dense = tl::Tensor<float, tl::Dim<"row">, tl::Dim<"width">>;

Dense at(const tl::SaeFile& file, tl::SaePoint point, const std::vector<float>& x) {
  return tl::DynamicSae<float>(file.config, file.weights).at(point, {x.data(), x.size() / 8, 8});
}
void take_mean_out(std::vector<float>& x) {
  for (std::size_t r = 0; r != x.size(); r += 8) {
    double sum = 0;
    for (std::size_t c = 0; c != 8; ++c) sum += double{x[r + c]};
    for (std::size_t c = 0; c != 8; ++c) x[r + c] -= static_cast<float>(sum / 8);
  }
}

}  // namespace

TEST_CASE("folding the decoder norms changes no output; features are multiplied by the norms") {
  for (const std::string_view kind :
       {"standard", "gated", "jumprelu", "topk_rescaled", "transcoder", "gated_layer_norm"}) {
    CAPTURE(kind);
    const tl::SaeFile before = tl::load_sae(references::folder(kind));
    tl::SaeFile after = before;
    tl::fold_W_dec_norm(after.config, after.weights);
    const auto x = references::values(kind, "x");
    REQUIRE(goldens::relative_difference(at(after, tl::SaePoint::output, x).values(),
                                         at(before, tl::SaePoint::output, x).values()) < 1e-5);
    const auto features = at(before, tl::SaePoint::acts_post, x), folded = at(after, tl::SaePoint::acts_post, x);
    const bool ranks_by_norm = kind == "topk_rescaled";  // its features have the norms already
    for (std::size_t i = 0; i != 24; ++i) {
      double norm = 0, length = 0;
      for (std::size_t c = 0; c != before.config.d_out; ++c) {
        norm += std::pow(double{before.weights.W_dec[i * before.config.d_out + c]}, 2);
        length += std::pow(double{after.weights.W_dec[i * before.config.d_out + c]}, 2);
      }
      REQUIRE(length == Approx(1).epsilon(1e-6));
      const double factor = ranks_by_norm ? 1 : std::sqrt(norm);
      for (std::size_t r = 0; r != 5; ++r) {
        REQUIRE((folded(r, i) == 0) == (features(r, i) == 0));
        REQUIRE(folded(r, i) == Approx(features(r, i) * factor).epsilon(1e-5).margin(1e-6));
      }
    }
  }
  tl::SaeFile plain = tl::load_sae(references::folder("topk"));
  REQUIRE_THAT(error_of([&] { tl::fold_W_dec_norm(plain.config, plain.weights); }), Contains("does not rank features"));
}

TEST_CASE("folding the scaling factor: what was computed for c x is computed for x") {
  const tl::SaeFile before = tl::load_sae(references::folder("standard_expected_average"));
  tl::SaeFile after = before;
  tl::fold_activation_norm_scaling_factor(after.config, after.weights, 2.5f);
  REQUIRE(after.config.normalisation == tl::SaeNormalisation::none);
  const auto x = references::values("standard_expected_average", "x");
  std::vector<float> scaled = x;
  for (float& value : scaled) value *= 2.5f;
  REQUIRE(goldens::relative_difference(at(after, tl::SaePoint::acts_post, x).values(),
                                       at(before, tl::SaePoint::acts_post, scaled).values()) < 1e-5);
  auto theirs = at(before, tl::SaePoint::output, scaled);
  for (float& value : theirs.values()) value /= 2.5f;
  REQUIRE(goldens::relative_difference(at(after, tl::SaePoint::output, x).values(), theirs.values()) < 1e-5);
  REQUIRE_THAT(error_of([&] { tl::fold_activation_norm_scaling_factor(after.config, after.weights, 0); }),
               Contains("above 0"));
  tl::SaeFile normalised = tl::load_sae(references::folder("standard_layer_norm"));
  REQUIRE_THAT(error_of([&] { tl::fold_activation_norm_scaling_factor(normalised.config, normalised.weights, 2); }),
               Contains("normalises by layer_norm"));
}

TEST_CASE("folding the centring: features of the raw stream are those of the centred one") {
  for (const std::string_view kind :
       {"standard", "standard_b_dec_not_in_input", "gated", "jumprelu", "topk", "standard_layer_norm"}) {
    CAPTURE(kind);
    tl::SaeFile centred = tl::load_sae(references::folder(kind));
    centred.config.site.center_writing_weights = true;
    tl::SaeFile raw = centred;
    tl::fold_centring(raw.config, raw.weights);
    REQUIRE_FALSE(raw.config.site.center_writing_weights);
    const auto x = references::values(kind, "x");
    std::vector<float> of_stream = x;
    take_mean_out(of_stream);
    const auto expected = at(centred, tl::SaePoint::acts_post, of_stream);
    REQUIRE(goldens::relative_difference(at(raw, tl::SaePoint::acts_post, x).values(), expected.values()) < 1e-5);
    if (kind == "standard")  // without folding it is another
      REQUIRE(goldens::relative_difference(at(centred, tl::SaePoint::acts_post, x).values(), expected.values()) > 1e-2);
    REQUIRE_THAT(error_of([&] { tl::fold_centring(raw.config, raw.weights); }), Contains("raw residual basis already"));
  }
  tl::SaeFile norm = tl::load_sae(references::folder("standard_constant_norm"));
  norm.config.site.center_writing_weights = true;
  REQUIRE_THAT(error_of([&] { tl::fold_centring(norm.config, norm.weights); }), Contains("counts in a norm"));
}

TEST_CASE("layer_norm alone lets an SAE of the raw stream be one of the centred stream") {
  for (const std::string_view kind : {"standard_layer_norm", "gated_layer_norm", "topk_layer_norm"}) {
    CAPTURE(kind);
    const tl::SaeFile raw = tl::load_sae(references::folder(kind));
    tl::SaeFile centred = raw;
    tl::fold_out_mean(centred.config, centred.weights);
    const auto x = references::values(kind, "x");
    std::vector<float> of_stream = x;
    take_mean_out(of_stream);
    REQUIRE(goldens::relative_difference(at(centred, tl::SaePoint::acts_post, of_stream).values(),
                                         at(raw, tl::SaePoint::acts_post, x).values()) < 1e-5);
    const auto whole = at(raw, tl::SaePoint::output, x);
    std::vector<float> output(whole.values().begin(), whole.values().end());
    take_mean_out(output);
    REQUIRE(goldens::relative_difference(at(centred, tl::SaePoint::output, of_stream).values(), output) < 1e-5);
  }
  tl::SaeFile plain = tl::load_sae(references::folder("standard"));
  REQUIRE_THAT(error_of([&] { tl::fold_out_mean(plain.config, plain.weights); }), Contains("reads a mean"));
}
