#include <tl/interp/metric.hpp>

#include <cmath>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("metrics of chosen tokens ask for those and no others") {
  const Metric difference = logit_difference(2, 0);
  MetricReading reading(difference, 2, 4);
  const auto questions = reading.questions();
  REQUIRE(questions.column_count == 2);
  REQUIRE_FALSE(questions.ask_of_all_columns());
  const float logits[] = {1, 2, 5, 0, 3, 0, 2, 9};
  kernels::read_logits(logits, 2, 4, questions, 1);
  std::vector<double> values(2);
  reading.values(nullptr, values);
  REQUIRE(values == std::vector<double>{4, -1});
}

TEST_CASE("log-probabilities are normalised; a metric of all logits sees the row") {
  const float logits[] = {0, 0, 0, 0, std::log(2.f), 0, 0, 0};
  const Metric own_log_prob = log_prob(0);
  MetricReading reading(own_log_prob, 2, 4);
  kernels::read_logits(logits, 2, 4, reading.questions(), 1);
  std::vector<double> values(2);
  reading.values(nullptr, values);
  REQUIRE(values[0] == Approx(std::log(.25)));
  REQUIRE(values[1] == Approx(std::log(.4)));

  const Metric own_probability = probability(0);
  MetricReading other(own_probability, 2, 4);
  kernels::read_logits(logits, 2, 4, other.questions(), 1);
  other.values(nullptr, values);
  REQUIRE(values[0] == Approx(.25));
  REQUIRE(values[1] == Approx(.4));

  const Metric sum = of_logits([](std::span<const float> row) { return double{row[0]} + double(row.size()); });
  MetricReading(sum, 2, 4).values(logits, values);
  REQUIRE(values[0] == 4);
  REQUIRE(values[1] == Approx(4 + std::log(2.)));
}

TEST_CASE("a token that the vocabulary lacks is refused") {
  REQUIRE_THROWS_WITH(MetricReading(logit(4), 1, 4), Catch::Matchers::Contains("token 4"));
  REQUIRE_THROWS_WITH(MetricReading(logit(-1), 1, 4), Catch::Matchers::Contains("token -1"));
}
