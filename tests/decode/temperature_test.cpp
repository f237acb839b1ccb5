#include <limits>
#include <tl/decode/temperature.hpp>

#include "../catch.hpp"
#include "reference.hpp"

TEST_CASE("probabilities are those of logits / t") {
  for (std::uint64_t seed = 0; seed != 6; ++seed)
    for (const double t : {0.05, 0.7, 3.0}) {
      std::vector<float> logits = reference::logits(50, 2 * seed), scaled = logits;
      tl::Temperature{t}(scaled, {});
      const float top = tl::greatest_logit(logits);
      std::vector<float> expected(logits);
      for (float& logit : expected) logit = static_cast<float>((double{logit} - top) / static_cast<float>(t));
      const auto p = reference::probabilities(scaled), q = reference::probabilities(expected);
      for (std::size_t i = 0; i != p.size(); ++i) CHECK(p[i] == Approx(q[i]).epsilon(1e-4).margin(1e-12));
    }
}

TEST_CASE("near ties survive a small temperature") {
  std::vector<float> logits{100, std::nextafter(100.0f, 0.0f), -1e30f, tl::removed_logit};
  tl::Temperature{1e-6}(logits, {});
  CHECK(logits[0] == 0);
  CHECK(logits[1] == Approx(-7.63).epsilon(0.01));  // one unit in the last place, in millionths
  CHECK((logits[2] < -1e35f && logits[3] == tl::removed_logit));
}

TEST_CASE("temperature 1 writes nothing, and nothing left stays nothing") {
  std::vector<float> logits{3, -1, 0.1f}, none(20, tl::removed_logit);
  const auto before = logits;
  tl::Temperature{1}(logits, {});
  CHECK(logits == before);
  tl::Temperature{2}(none, {});
  CHECK(none == std::vector<float>(20, tl::removed_logit));
}

TEST_CASE("temperatures out of range are refused; 0 says what to do") {
  for (const double bad : {-1.0, 1e-300, 1e300, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS(tl::Temperature{bad}, tl::Error);
  CHECK_THROWS_WITH(tl::Temperature{0}, "temperature 0 is greedy decoding: end the pipeline in Greedy instead");
}
