#include <tl/sae/activation_histogram.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tl/core/philox.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("counts are those of all activations binned at once, in any order") {
  std::vector<float> values;
  for (std::size_t i = 0; i != 500; ++i) values.push_back(5 * uniform<float>({3, 0}, i, Purpose::test, 0) + 1e-4f);
  values.push_back(5.5f);
  ActivationHistogram forwards, backwards;
  for (const float value : values) forwards.add(value);
  std::sort(values.begin(), values.end());
  for (const float value : values) backwards.add(value);
  CHECK(forwards.counts() == backwards.counts());
  const std::vector<double> edges = forwards.edges(), counts = forwards.counts();
  REQUIRE(edges.size() == counts.size() + 1);
  CHECK(edges.front() == 0);
  CHECK(edges[1] == .125);  // 48 / 16 < 5.5 <= 48 / 8
  CHECK(edges.back() == 5.625);
  for (std::size_t i = 0; i != counts.size(); ++i)
    CHECK(counts[i] == static_cast<double>(std::count_if(values.begin(), values.end(), [&](float value) {
            return edges[i] <= static_cast<double>(value) && static_cast<double>(value) < edges[i + 1];
          })));
}

TEST_CASE("what is not above 0 or is no number is left out") {
  ActivationHistogram histogram;
  for (const float value : {0.f, -1.f, std::numeric_limits<float>::quiet_NaN(), HUGE_VALF}) histogram.add(value);
  CHECK(histogram.counts().empty());
  CHECK(histogram.edges().empty());
  histogram.add(3);
  const auto counts = histogram.counts();
  CHECK(std::accumulate(counts.begin(), counts.end(), 0.) == 1);
  CHECK(counts.back() == 1);
  CHECK(counts.size() * 2 >= ActivationHistogram::bins);
}
