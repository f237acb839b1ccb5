#include <tl/sae/activation_moments.hpp>

#include <tl/core/philox.hpp>

#include "../catch.hpp"
#include "../model/small_models.hpp"

using namespace tl;

namespace {
// Rows in a plane of four dimensions, off the origin: (5, 0, 0, 0) + a (0, 3, 4, 0) / 5 + b (0, 0, 0, 1).
std::vector<float> plane(std::size_t rows, float second = 1) {
  std::vector<float> x;
  for (std::size_t row = 0; row != rows; ++row) {
    const auto a = static_cast<float>(normal({1, 0}, row, Purpose::noise, 0)) * 3,
               b = static_cast<float>(normal({1, 0}, row, Purpose::noise, 1)) * second;
    x.insert(x.end(), {5, a * .6f, a * .8f, b});
  }
  return x;
}
double greatest_difference(std::span<const float> a, std::span<const float> b) {
  double greatest = 0;
  for (std::size_t i = 0; i != a.size(); ++i)
    greatest = std::max(greatest, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
  return greatest;
}
}  // namespace

TEST_CASE("as many components as the values have dimensions reconstruct them, and fewer do not") {
  const std::vector<float> x = plane(200);
  ActivationMoments moments(4);
  moments.add(std::span(x).first(400), 1);
  moments.add(std::span(x).subspan(400), 2);
  REQUIRE(moments.rows() == 200);
  CHECK(moments.mean()[0] == Approx(5));
  std::vector<float> two = x, one = x, none = x;
  principal_components(moments, 2)(two, 2);
  CHECK(greatest_difference(two, x) < 1e-5);
  // One keeps the direction of greatest variance, and of the other its mean.
  principal_components(moments, 1)(one, 1);
  for (std::size_t row = 0; row != 200; ++row) CHECK(std::abs(one[row * 4 + 3] - moments.mean()[3]) < .3);
  principal_components(moments, 0)(none, 1);
  std::vector<float> mean = x;
  mean_reconstruction(moments.mean())(mean, 1);
  CHECK(none == mean);
  CHECK_THROWS_WITH(principal_components(moments, 5), Catch::Contains("no 5 principal components of 4"));
  CHECK_THROWS_WITH(ActivationMoments(3).covariance(), Catch::Contains("nothing was observed"));
}

TEST_CASE("moments of a model's values leave the BOS out") {
  const auto model = random_model<odd>();
  const std::vector<std::vector<Token>> documents{some_tokens(12, odd, 4), {1}, some_tokens(5, odd, 5)};
  const auto moments = activation_moments(model, "blocks.2.hook_resid_pre", documents);
  CHECK(moments.rows() == 15);
  const auto run = model.run(documents[2], capture<"blocks.2.hook_resid_pre">());
  const auto only = activation_moments(model, "blocks.2.hook_resid_pre", std::span(documents).subspan(2), 4);
  const auto last = run["blocks.2.hook_resid_pre"_hook](4);
  const std::vector<float> mean = only.mean();
  for (std::size_t i = 0; i != odd.d_model; ++i) CHECK(mean[i] == last(i));
}
