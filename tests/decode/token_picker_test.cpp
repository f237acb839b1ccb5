#include <tl/decode/pipeline.hpp>
#include <tl/decode/sampler.hpp>

#include "../catch.hpp"

namespace {
struct Lowest {
  tl::Token operator()(std::span<const float>, const tl::StepContext&) const { return 0; }
};
}  // namespace

TEST_CASE("a pipeline knows its distribution where its draw does") {
  STATIC_REQUIRE(tl::TokenPicker<tl::Sampler>);
  STATIC_REQUIRE(tl::KnowsDistribution<tl::Sampler>);
  STATIC_REQUIRE(tl::KnowsDistribution<tl::Pipeline<tl::Temperature, tl::Greedy>>);
  STATIC_REQUIRE(tl::TokenPicker<tl::Pipeline<tl::Temperature, Lowest>>);
  STATIC_REQUIRE(!tl::KnowsDistribution<tl::Pipeline<tl::Temperature, Lowest>>);
}

TEST_CASE("the distribution is that of the shaped logits") {
  const std::vector<float> logits{1, 3, 2};
  std::vector<double> weights(3);
  const auto check = [&](const auto& pick, const std::vector<double>& expected) {
    std::vector<float> row = logits;
    pick.distribution(row, {}, weights);
    for (std::size_t i = 0; i != 3; ++i) CHECK(weights[i] / weights[1] == Approx(expected[i]).margin(1e-9));
  };
  check(tl::Sampler{{.temperature = 0.5, .top_k = 2}}, {0, 1, std::exp(-2.0)});
  check(tl::Pipeline{tl::Temperature{0.5}, tl::TopK{2}, tl::Multinomial{}}, {0, 1, std::exp(-2.0)});
  check(tl::Sampler{{.temperature = 0}}, {0, 1, 0});
}
