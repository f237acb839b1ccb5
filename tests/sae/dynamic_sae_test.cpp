#include <cmath>
#include <random>
#include <tl/kernels/parallel.hpp>
#include <tl/sae/dynamic_sae.hpp>

#include "../io/scratch.hpp"
#include "../kernels/every_set.hpp"
#include "../model/goldens.hpp"
#include "references.hpp"

using tl::SaePoint;

namespace {

// Wide enough that there are several blocks of columns and of rows, no width a multiple of anything.
tl::SaeFile random_sae(tl::SaeArchitecture architecture, std::size_t k = 0) {
  tl::SaeFile sae;
  sae.config = {.architecture = architecture, .d_in = 37, .d_sae = 401, .d_out = 37, .k = k};
  sae.weights = tl::SaeWeights::zeros(sae.config);
  std::uint32_t seed = 1;
  for (auto* values : {&sae.weights.W_enc, &sae.weights.W_dec, &sae.weights.b_enc, &sae.weights.b_dec,
                       &sae.weights.threshold, &sae.weights.b_gate, &sae.weights.b_mag, &sae.weights.r_mag}) {
    const auto drawn = random_floats(values->size(), ++seed, -0.5f, 0.5f);
    values->assign(drawn.begin(), drawn.end());
  }
  return sae;
}

bool same(const tl::Encoded& a, const tl::Encoded& b) {
  return a.features.row_starts == b.features.row_starts && a.features.indices == b.features.indices &&
         same_bits(a.features.values, b.features.values) && same_bits(a.mean, b.mean) && same_bits(a.scale, b.scale);
}

}  // namespace

TEST_CASE("every kind of SAE has SAELens' values at its hook points") {
  for (const std::string_view kind : references::kinds) {
    CAPTURE(kind);
    const tl::SaeFile file = tl::load_sae(references::folder(kind));
    const tl::DynamicSae<float> sae(file.config, file.weights);
    const references::Rows x = references::rows(kind);
    for (const auto point : {SaePoint::input, SaePoint::acts_pre, SaePoint::acts_post, SaePoint::recons,
                             SaePoint::error, SaePoint::output}) {
      if (point == SaePoint::error && tl::is_transcoder(file.config.architecture)) continue;
      CAPTURE(name(point));
      const auto ours = sae.at(point, x.view());
      const auto theirs = references::values(kind, name(point).substr(9));
      REQUIRE(goldens::relative_difference(ours.values(), theirs) < 1e-5);
    }
    const auto features = sae.encode(x.view()).features;
    REQUIRE(features.entries() != 0);
    REQUIRE(features.entries() != features.rows() * features.d_sae);
  }
}

TEST_CASE("bfloat16 rounds weights and inputs, and nothing else") {
  for (const std::string_view kind : {"standard_layer_norm", "gated", "jumprelu", "topk", "skip_transcoder"}) {
    CAPTURE(kind);
    const tl::SaeFile file = tl::load_sae(references::folder(kind));
    const tl::DynamicSae<tl::bf16> narrow(file.config, file.weights);
    const tl::DynamicSae<float> wide(file.config, narrow.weights());
    const auto x = references::rows(kind);
    REQUIRE(goldens::relative_difference(narrow.at(SaePoint::acts_pre, x.view()).values(),
                                         wide.at(SaePoint::acts_pre, x.view()).values()) < 1e-2);
    const tl::Encoded encoded = wide.encode(x.view());
    REQUIRE(same_bits(narrow.decode(encoded).data(), wide.decode(encoded).data(),
                      encoded.features.rows() * file.config.d_out));
  }
}

TEST_CASE("a row's features depend on neither its neighbours nor the threads") {
  using enum tl::SaeArchitecture;
  for (const auto& [architecture, k] : {std::pair{standard, 0}, {gated, 0}, {jumprelu, 0}, {topk, 7}}) {
    const tl::SaeFile file = random_sae(architecture, static_cast<std::size_t>(k));
    const tl::DynamicSae<float> sae(file.config, file.weights);
    const std::size_t rows = 263, d = file.config.d_in;
    const auto x = random_floats(rows * d, 9);
    const tl::SaeRows whole{x.data(), rows, d};
    const tl::Encoded one = sae.encode(whole, {.threads = 1});
    tl::Encoded two;
    REQUIRE(helped([&] { two = sae.encode(whole, {.threads = 2}); }));
    REQUIRE(same(one, two));
    const auto decoded = sae.decode(one, {.threads = 1});
    REQUIRE(same_bits(decoded.data(), sae.decode(one, {.threads = 2}).data(), decoded.size()));
    for (const std::size_t r : {std::size_t{0}, std::size_t{100}, rows - 1}) {
      const tl::Encoded alone = sae.encode({x.data() + r * d, 1, d}, {.threads = 2});
      const auto indices = one.features.indices_of(r);
      REQUIRE(alone.features.indices == std::vector<std::uint32_t>(indices.begin(), indices.end()));
      REQUIRE(same_bits(alone.features.values.data(), one.features.values_of(r).data(), indices.size()));
      REQUIRE(same_bits(sae.decode(alone).data(), &decoded(r, 0), d));
    }
  }
}

TEST_CASE("top k: the k largest, of equal ones those of lower index, no zero") {
  tl::SaeFile file = random_sae(tl::SaeArchitecture::topk, 7);
  for (float& w : file.weights.W_enc) w = 0;
  for (std::size_t i = 0; i != file.config.d_sae; ++i)
    file.weights.b_enc[i] = i % 40 == 3 ? 2.f : i % 2 == 0 ? 1.f : -1.f;
  const std::vector<float> x(file.config.d_in, 0.5f);
  const tl::DynamicSae<float> sae(file.config, file.weights);
  const auto chosen = sae.encode({x.data(), 1, x.size()}).features.indices;
  REQUIRE(chosen == std::vector<std::uint32_t>{3, 43, 83, 123, 163, 203, 243});
  file.config.k = 13;
  REQUIRE(tl::DynamicSae<float>(file.config, file.weights).encode({x.data(), 1, x.size()}).features.indices ==
          std::vector<std::uint32_t>{0, 2, 3, 4, 43, 83, 123, 163, 203, 243, 283, 323, 363});
  for (float& b : file.weights.b_enc) b = -1;
  REQUIRE(tl::DynamicSae<float>(file.config, file.weights).encode({x.data(), 1, x.size()}).features.entries() == 0);
}

TEST_CASE("a NaN among the inputs is seen in what comes out") {
  using enum tl::SaeArchitecture;
  for (const auto architecture : {standard, gated, jumprelu, topk}) {
    const tl::SaeFile file = random_sae(architecture, 5);
    std::vector<float> x(file.config.d_in, 0.5f);
    x[3] = std::nanf("");
    const auto y = tl::DynamicSae<float>(file.config, file.weights)({x.data(), 1, x.size()});
    REQUIRE(std::isnan(y(0, 0)));
  }
}

TEST_CASE("rows of any shape are read as one width, and nothing but it") {
  const tl::SaeFile file = tl::load_sae(references::folder("standard_hook_z"));
  const tl::DynamicSae<float> sae(file.config, file.weights);
  const auto x = references::rows("standard_hook_z");
  const tl::TensorView<const float, tl::Dim<"pos">, tl::Dim<"head", 2>, tl::Dim<"d_head">> z{
      x.numbers.data(), tl::Shape<tl::Dim<"pos">, tl::Dim<"head", 2>, tl::Dim<"d_head">>::of({5, 2, 4})};
  REQUIRE(same(sae.encode(z), sae.encode(x.view())));
  REQUIRE(error_of([&] {
            sae.encode({x.numbers.data(), 10, 4});
          }) == "rows of 4 numbers were given to an SAE whose d_in is 8");
  tl::Encoded other;
  other.features.d_sae = 3;
  REQUIRE(error_of([&] { sae.decode(other); }) ==
          "features of an SAE whose d_sae is 3 were given to one whose d_sae is 24");
  REQUIRE(error_of([&] { sae.decoder_row(24); }) == "feature 24 was asked for, and this SAE has features 0 to 23");
  REQUIRE(sae.encode({nullptr, 0, 0}).features.rows() == 0);
}

TEST_CASE("the weights come back, and a sum of features is a sum of decoder rows") {
  const tl::SaeFile file = tl::load_sae(references::folder("gated"));
  const tl::DynamicSae<float> sae(file.config, file.weights);
  const tl::SaeWeights back = sae.weights();
  REQUIRE(back.W_enc == file.weights.W_enc);
  REQUIRE(back.W_dec == file.weights.W_dec);
  REQUIRE(back.b_gate == file.weights.b_gate);
  REQUIRE(back.b_mag == file.weights.b_mag);
  REQUIRE(back.r_mag == file.weights.r_mag);
  REQUIRE(back.b_dec == file.weights.b_dec);
  const std::vector<std::uint32_t> features{2, 7};
  const std::vector<float> values{1, -2};
  std::vector<float> y(8);
  sae.sum_features(features, values, y.data());
  const auto two = sae.decoder_row(2), seven = sae.decoder_row(7);
  for (std::size_t c = 0; c != 8; ++c) REQUIRE(y[c] == Approx(two[c] - 2 * seven[c]).margin(1e-6));
}

TEST_CASE("a row of norm 0 stays one") {
  const tl::SaeFile file = tl::load_sae(references::folder("standard_constant_norm"));
  const std::vector<float> x(8, 0.f);
  const auto y = tl::DynamicSae<float>(file.config, file.weights)({x.data(), 1, 8});
  for (const float value : y.values()) REQUIRE(value == 0);
}
