#include <tl/decode/dynamic_temperature.hpp>
#include <tl/decode/pipeline.hpp>

#include "../catch.hpp"
#include "reference.hpp"

using tl::DynamicTemperature;
using tl::Edt;

TEST_CASE("the logits are divided by the rule's temperature, the likeliest token stays the likeliest") {
  const auto divided = [](const auto& stage, std::uint64_t seed) {
    const auto raw = reference::logits(40, seed);
    auto logits = raw, by_hand = raw;
    stage(logits, {});
    tl::divide_logits(by_hand, static_cast<float>(stage.temperature_of(raw)));
    REQUIRE(logits == by_hand);
    REQUIRE(tl::Greedy{}(logits, {}) == tl::Greedy{}(raw, {}));
  };
  for (std::uint64_t seed = 0; seed != 100; ++seed) {
    divided(DynamicTemperature{0.9, Edt{0.4}}, seed);
    divided(DynamicTemperature{0.5, tl::EntropyRange{0.7}}, seed);
    divided(DynamicTemperature{0.5, tl::ConfidenceRange{0.2, 2}}, seed);
  }
}

TEST_CASE("theta 0 is a fixed temperature to the bit") {
  for (std::uint64_t seed = 0; seed != 100; ++seed)
    for (const double t : {0.3, 1.0, 1.7}) {
      auto a = reference::logits(40, seed), b = a;
      DynamicTemperature{t, Edt{0}}(a, {}), tl::Temperature{t}(b, {});
      REQUIRE(a == b);
    }
}

TEST_CASE("a certain model leaves one token, the first of equals; one candidate or none stays as it is") {
  std::vector<float> certain{1, 90, 2, -5}, twice{7, -60, 7}, one{tl::removed_logit, 4}, none(3, tl::removed_logit);
  const DynamicTemperature edt{0.8, Edt{}};
  const DynamicTemperature range{0.8, tl::EntropyRange{2}};
  edt(certain, {});
  CHECK(certain == std::vector<float>{tl::removed_logit, 90, tl::removed_logit, tl::removed_logit});
  tl::divide_logits(twice, 0);
  CHECK(twice == std::vector<float>{7, tl::removed_logit, tl::removed_logit});
  for (const auto& before : {one, none}) {
    auto after = before;
    edt(after, {}), range(after, {});
    CHECK(after == before);
  }
}

TEST_CASE("draws follow the shaped distribution, which the entropy before it shaped") {
  const DynamicTemperature edt{1.1, Edt{0.8}};
  const tl::Pipeline pipeline{edt, tl::Multinomial{}};
  const auto raw = reference::logits(12, 10);
  auto shaped = raw;
  pipeline.shape(shaped, {});
  std::vector<float> by_hand = raw;
  for (float& logit : by_hand) logit /= static_cast<float>(edt.temperature_of(raw));
  const auto p = reference::probabilities(by_hand);
  for (std::size_t i = 0; i != p.size(); ++i) REQUIRE(reference::probabilities(shaped)[i] == Approx(p[i]).margin(1e-6));
  REQUIRE(std::ranges::count_if(p, [](double share) { return share > 0; }) >= 3);
  CHECK(reference::chi_square_of_draws(pipeline, raw, p) < 1);
}

namespace {
struct Broken {
  double operator()(double, const tl::Entropy&) const { return std::numeric_limits<double>::quiet_NaN(); }
};
}  // namespace

TEST_CASE("temperatures out of range, a rule that gives NaN, and NaN among the logits are errors") {
  for (const double bad : {-1.0, 0.0, 1e300, std::numeric_limits<double>::quiet_NaN()})
    CHECK_THROWS_AS((DynamicTemperature{bad, Edt{}}), tl::Error);
  const std::vector<float> logits{1, 2}, broken{1, std::numeric_limits<float>::quiet_NaN()};
  CHECK_THROWS_AS((DynamicTemperature{1, Broken{}}.temperature_of(logits)), tl::Error);
  CHECK_THROWS_AS((DynamicTemperature{1, Edt{}}.temperature_of(broken)), tl::Error);
}

// What a temperature is good for can be computed where the true conditionals are known. A rule shapes what a model says
// of them; the cost is the cross-entropy of the shaped distribution's tokens under the truth. Policies are compared at
// an equal mean entropy of what they draw from, by the temperature that gives it.
namespace {
struct Source {
  std::vector<std::vector<float>> truth, model;  // logits of each context
};

// Contexts from certain to open; the model mixes the truth with a uniform distribution.
Source source(double uniform_part) {
  constexpr std::size_t contexts = 100, n = 16;
  Source result;
  for (std::uint64_t c = 0; c != contexts; ++c) {
    std::vector<float> truth(n), model(n);
    tl::fill_normal(truth, 0.5 + 5 * tl::uniform({c, 1}, 0, tl::Purpose::test, 0), {c, 0}, 0, tl::Purpose::test);
    const auto p = reference::probabilities(truth);
    for (std::size_t i = 0; i != n; ++i)
      model[i] = static_cast<float>(std::log((1 - uniform_part) * p[i] + uniform_part / n));
    result.truth.push_back(truth), result.model.push_back(model);
  }
  return result;
}

struct Cost {
  double entropy = 0, true_nll = 0;  // nats a token
};

Cost cost(const Source& source, const auto& stage) {
  Cost mean;
  const auto contexts = static_cast<double>(source.truth.size());
  for (std::size_t c = 0; c != source.truth.size(); ++c) {
    auto shaped = source.model[c];
    stage(shaped, {});
    const auto q = reference::probabilities(shaped), p = reference::probabilities(source.truth[c]);
    for (std::size_t i = 0; i != q.size(); ++i) mean.true_nll -= q[i] > 0 ? q[i] * std::log(p[i]) / contexts : 0;
    mean.entropy += tl::entropy(shaped).nats / contexts;
  }
  return mean;
}

// At the temperature that draws from `entropy` nats on average.
double cost_at(double entropy, const Source& source, double theta) {
  double low = 0.02, high = 50;
  for (int i = 0; i != 30; ++i) {
    const double middle = std::sqrt(low * high);
    (cost(source, DynamicTemperature{middle, Edt{theta}}).entropy < entropy ? low : high) = middle;
  }
  const Cost found = cost(source, DynamicTemperature{low, Edt{theta}});
  REQUIRE(found.entropy == Approx(entropy).margin(1e-5));
  return found.true_nll;
}
}  // namespace

TEST_CASE(
    "with exact logits no theta beats a fixed temperature; with a tenth of noise a positive one does, a negative "
    "loses") {
  const Source exact = source(0), noisy = source(0.1);
  const double fixed = cost_at(1.3, exact, 0);
  for (const double theta : {-0.3, 0.3, 1.0}) CHECK(cost_at(1.3, exact, theta) > fixed + 5e-4);
  const double fixed_of_noisy = cost_at(1.3, noisy, 0);
  CHECK(fixed_of_noisy > fixed + 1e-2);
  CHECK(cost_at(1.3, noisy, 0.3) < fixed_of_noisy - 3e-3);
  CHECK(cost_at(1.3, noisy, -0.3) > fixed_of_noisy + 3e-3);
}
