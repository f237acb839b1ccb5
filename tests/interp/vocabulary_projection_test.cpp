#include <tl/interp/vocabulary_projection.hpp>

#include <algorithm>
#include <numeric>

#include "../catch.hpp"
#include "../model/small_models.hpp"
#include "dense_models.hpp"

using namespace tl;

namespace {
// Logits of one direction, plainly.
template <class Model>
std::vector<double> logits_of(const Model& model, const DenseMatrix& directions, std::size_t row) {
  const DenseMatrix w_u = dense_of(model.weights().W_U());
  const std::size_t d = w_u.rows;
  double mean = 0;
  for (std::size_t m = 0; m != d; ++m) mean += directions(row, m) / static_cast<double>(d);
  std::vector<double> logits(w_u.columns);
  for (std::size_t m = 0; m != d; ++m)
    for (std::size_t t = 0; t != w_u.columns; ++t)
      logits[t] += (directions(row, m) - mean) * static_cast<double>(model.weights().ln_final.w[m]) * w_u(m, t);
  return logits;
}
}  // namespace

TEST_CASE("a projection names the tokens that a vector raises and lowers most") {
  const auto model = random_model<odd>();
  const auto w_out = model.weights().W_out(1);  // 131 neurons
  const VocabularyProjection found = vocabulary_projection(model, w_out, 4);
  REQUIRE(found.highest.size() == 131 * 4);
  for (const std::size_t neuron : {0u, 77u, 130u}) {
    const std::vector<double> logits = logits_of(model, dense_of(w_out), neuron);
    std::vector<double> sorted = logits;
    std::sort(sorted.begin(), sorted.end());
    for (std::size_t rank = 0; rank != 4; ++rank) {
      const auto high = found.highest(neuron, rank), low = found.lowest(neuron, rank);
      CHECK(high.logit == Approx(sorted[206 - rank]).epsilon(1e-4));
      CHECK(low.logit == Approx(sorted[rank]).epsilon(1e-4));
      CHECK(high.logit == Approx(logits[static_cast<std::size_t>(high.token)]).epsilon(1e-4));
      CHECK(low.logit == Approx(logits[static_cast<std::size_t>(low.token)]).epsilon(1e-4));
    }
  }
}

TEST_CASE("more directions than are projected at a time are the same one by one") {
  const auto model = random_model<wide>();
  const auto w_out = model.weights().W_out(0);  // 1801 neurons
  const auto together = vocabulary_projection(model, w_out, 2);
  for (const std::size_t neuron : {255u, 256u, 1800u}) {
    const TensorView<const float, Dim<"direction", 1>, Dim<"d_model", 450>> one(w_out(neuron).data(), {});
    const auto alone = vocabulary_projection(model, one, 2);
    CHECK(together.highest(neuron, 1).token == alone.highest(0, 1).token);
    CHECK(together.lowest(neuron, 0).logit == alone.lowest(0, 0).logit);
  }
}

TEST_CASE("a projection of another width, or of no tokens, is refused") {
  const auto model = random_model<dynamic_gpt2>(odd);
  const Tensor<float, Dim<"direction">, Dim<"d_model">> narrow(1, 50), right(1, 51);
  CHECK_THROWS_WITH(vocabulary_projection(model, narrow, 1),
                    "a direction of 50 elements is not of a model whose d_model is 51");
  CHECK_THROWS_WITH(vocabulary_projection(model, right.view(), 0),
                    "a projection cannot keep 0 tokens: the vocabulary has 207");
  CHECK_THROWS_WITH(vocabulary_projection(model, right.view(), 208),
                    "a projection cannot keep 208 tokens: the vocabulary has 207");
}

TEST_CASE("all logits of one direction are those that a projection ranks, less their mean") {
  const auto model = random_model<odd>();
  const auto w_out = model.weights().W_out(1);
  const std::vector<float> logits = direction_logits(model, w_out(77).values());
  const VocabularyProjection found = vocabulary_projection(model, w_out, 2);
  const std::vector<double> plain = logits_of(model, dense_of(w_out), 77);
  const double mean = std::accumulate(plain.begin(), plain.end(), 0.) / 207;
  for (std::size_t token = 0; token != 207; ++token)
    CHECK(static_cast<double>(logits[token]) == Approx(plain[token] - mean).margin(1e-5));
  const TokenExtremes ends = token_extremes(logits, 2);
  for (std::size_t rank = 0; rank != 2; ++rank) {
    CHECK(found.highest(77, rank).token == ends.highest[rank].token);
    CHECK(found.lowest(77, rank).token == ends.lowest[rank].token);
    CHECK(ends.lowest[rank].logit == logits[static_cast<std::size_t>(ends.lowest[rank].token)]);
  }
  CHECK(token_extremes(std::vector<float>{1, 1, 1}, 9).lowest[1].token == 1);
  CHECK_THROWS_WITH(direction_logits(model, std::span(logits)), Catch::Contains("207 elements"));
}
