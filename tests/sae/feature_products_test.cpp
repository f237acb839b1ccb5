#include <random>
#include <tl/sae/feature_products.hpp>

#include "../catch.hpp"

namespace {

constexpr std::size_t d_sae = 40, d = 21, rows = 1100;  // more rows than are multiplied together

tl::SparseFeatures features_with(double density) {
  std::mt19937 bits(3);
  std::bernoulli_distribution active(density);
  std::normal_distribution<float> draw;
  tl::SparseFeatures features;
  features.d_sae = d_sae;
  for (std::size_t r = 0; r != rows; ++r) {
    for (std::uint32_t i = 0; i != d_sae; ++i)
      if (active(bits)) features.indices.push_back(i), features.values.push_back(draw(bits));
    features.row_starts.push_back(features.indices.size());
  }
  return features;
}

std::vector<float> random(std::size_t n) {
  std::mt19937 bits(4);
  std::normal_distribution<float> draw;
  std::vector<float> values(n);
  for (float& value : values) value = draw(bits);
  return values;
}

}  // namespace

TEST_CASE("products of few and of many active features are the sums") {
  for (const double density : {.05, .6}) {
    CAPTURE(density);
    const auto features = features_with(density);
    const auto W = random(d_sae * d), x = random(rows * d), bias = random(d);
    tl::FeatureProducts products(d_sae, 2);
    std::vector<float> out(rows * d), more = x, dots(features.entries()), gradient(d_sae * d, 1.f), sums(d_sae, 1.f);
    products.decode(features, features.values.data(), W.data(), d, bias.data(), 0, out.data());
    products.decode(features, features.values.data(), W.data(), d, more.data(), d, more.data());
    products.dots(features, x.data(), W.data(), d, dots.data());
    products.by_feature(features);
    products.gradient(features.values.data(), x.data(), d, gradient.data());
    products.sums(features.values.data(), sums.data());

    std::vector<double> expected_gradient(d_sae * d, 1.), expected_sums(d_sae, 1.);
    for (std::size_t r = 0; r != rows; ++r) {
      std::vector<double> decoded(d);
      for (std::size_t e = features.row_starts[r]; e != features.row_starts[r + 1]; ++e) {
        const std::size_t i = features.indices[e];
        const auto value = static_cast<double>(features.values[e]);
        double dot = 0;
        expected_sums[i] += value;
        for (std::size_t c = 0; c != d; ++c) {
          decoded[c] += value * double{W[i * d + c]};
          dot += double{x[r * d + c]} * double{W[i * d + c]};
          expected_gradient[i * d + c] += value * double{x[r * d + c]};
        }
        REQUIRE(dots[e] == Approx(dot).margin(1e-4));
      }
      for (std::size_t c = 0; c != d; ++c) {
        REQUIRE(out[r * d + c] == Approx(decoded[c] + double{bias[c]}).margin(1e-4));
        REQUIRE(more[r * d + c] == Approx(decoded[c] + double{x[r * d + c]}).margin(1e-4));
      }
    }
    for (std::size_t i = 0; i != gradient.size(); ++i)
      REQUIRE(gradient[i] == Approx(expected_gradient[i]).margin(1e-3));
    for (std::size_t i = 0; i != d_sae; ++i) REQUIRE(sums[i] == Approx(expected_sums[i]).margin(1e-3));
  }
}

TEST_CASE("rows are summed, with weights or without") {
  const float x[]{1, 2, 10, 20, 100, 200}, weights[]{1, 0, -1};
  float sum[]{.5f, 0}, weighted[]{0, 0};
  tl::FeatureProducts products(3, 1);
  products.row_sum(nullptr, x, 3, 2, sum);
  products.row_sum(weights, x, 3, 2, weighted);
  CHECK(sum[0] == 111.5f);
  CHECK(sum[1] == 222);
  CHECK(weighted[0] == -99);
  CHECK(weighted[1] == -198);
}
