#pragma once
// What vectors of the residual stream say in tokens: neurons' output weights, singular directions, steering vectors.
#include <algorithm>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/kernels/read_logits.hpp>
#include <tl/model/gpt2.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The tokens whose logits a vector raises most, and those that it lowers most; each list begins with the extreme.
struct VocabularyProjection {
  using Tokens = Tensor<kernels::TokenLogit, Dim<"direction">, Dim<"rank">>;
  Tokens highest, lowest;
};

namespace detail {
// What the unembedding reads of a direction: as the final LayerNorm would have it but for its scale, so without its
// mean and times ln_final.w, which processed weights have folded in already.
template <class Weights>
void unembedding_input(const Weights& weights, std::span<const float> direction, float* x) {
  double mean = 0;
  if (weights.ln_final.w)
    for (const float each : direction) mean += static_cast<double>(each) / static_cast<double>(direction.size());
  for (std::size_t m = 0; m != direction.size(); ++m) {
    const double w = weights.ln_final.w ? static_cast<double>(weights.ln_final.w[m]) : 1.0;
    x[m] = static_cast<float>((static_cast<double>(direction[m]) - mean) * w);
  }
}
}  // namespace detail

// What one direction x [d_model] adds to each logit, x W_U less its mean over the vocabulary, which no probability
// depends on: [d_vocab].
template <Config C, StorageType S, Basis B>
std::vector<float> direction_logits(const Gpt2<C, S, B>& model, std::span<const float> direction,
                                    RunOptions options = {}) {
  const auto& weights = model.weights();
  const Config& config = model.config();
  if (direction.size() != config.d_model)
    throw Error("a direction of ", direction.size(), " elements is not of a model whose d_model is ", config.d_model);
  std::vector<float> x(config.d_model), logits(config.d_vocab);
  detail::unembedding_input(weights, direction, x.data());
  const auto rounded = allocate<float>(kernels::linear_scratch<S>(1, weights.w_u.depth()));
  const int threads = options.resolved_threads();
  kernels::linear(kernels::linear_input(x.data(), x.size(), 1, weights.w_u, rounded.get(), threads), weights.w_u,
                  nullptr, {logits.data(), config.d_vocab}, {}, threads);
  double sum = 0;
  for (const float logit : logits) sum += static_cast<double>(logit);
  for (float& logit : logits) logit -= static_cast<float>(sum / static_cast<double>(config.d_vocab));
  return logits;
}

// The `count` highest of all logits, and the lowest; all where there are fewer.
struct TokenExtremes {
  std::vector<kernels::TokenLogit> highest, lowest;  // each begins with the extreme; of equals the lower id
};
inline TokenExtremes token_extremes(std::span<const float> logits, std::size_t count) {
  std::vector<kernels::TokenLogit> high, low;
  for (std::size_t token = 0; token != logits.size(); ++token) {
    high.push_back({static_cast<Token>(token), logits[token]});
    low.push_back({static_cast<Token>(token), -logits[token]});
  }
  for (std::vector<kernels::TokenLogit>* const list : {&high, &low}) {
    const std::size_t kept = std::min(count, list->size());
    std::partial_sort(list->begin(), list->begin() + static_cast<std::ptrdiff_t>(kept), list->end());
    list->resize(kept);
  }
  for (kernels::TokenLogit& each : low) each.logit = -each.logit;
  return {std::move(high), std::move(low)};
}

// x W_U for each direction x [d_model], without b_U, its mean left in. Throws Error where count is 0 or more
// than the vocabulary, or where a direction's width is not d_model.
template <Config C, StorageType S, Basis B, AnyDim Direction, AnyDim DModel>
VocabularyProjection vocabulary_projection(const Gpt2<C, S, B>& model,
                                           TensorView<const float, Direction, DModel> directions, std::size_t count,
                                           RunOptions options = {}) {
  static_assert(SameDim<DModel, typename Dims<C>::d_model>,
                "tl: only what lives in the residual stream, [direction, d_model], is projected to the vocabulary");
  const Config& config = model.config();
  const auto& weights = model.weights();
  const std::size_t d = config.d_model, n = directions.shape().extents()[0];
  const int threads = options.resolved_threads();
  if (directions.shape().extents()[1] != d)
    throw Error("a direction of ", directions.shape().extents()[1], " elements is not of a model whose d_model is ", d);
  if (count == 0 || count > config.d_vocab)
    throw Error("a projection cannot keep ", count, " tokens: the vocabulary has ", config.d_vocab);
  VocabularyProjection projection{VocabularyProjection::Tokens(n, count), VocabularyProjection::Tokens(n, count)};
  constexpr std::size_t some = 256;  // both ends of as many directions at a time
  std::vector<float> x(2 * some * d);
  std::vector<kernels::TokenLogit> top(2 * some * count);
  const auto rounded = allocate<float>(kernels::linear_scratch<S>(2 * some, weights.w_u.depth()));
  for (std::size_t first = 0; first < n; first += some) {
    const std::size_t rows = std::min(some, n - first);
    for (std::size_t i = 0; i != rows; ++i) {
      detail::unembedding_input(weights, directions(first + i).values(), x.data() + i * d);
      for (std::size_t m = 0; m != d; ++m) x[(rows + i) * d + m] = -x[i * d + m];
    }
    kernels::read_logits(kernels::linear_input(x.data(), d, 2 * rows, weights.w_u, rounded.get(), threads), weights.w_u,
                         nullptr, {.top = top.data(), .top_count = count}, threads);
    for (std::size_t i = 0; i != rows; ++i)
      for (std::size_t rank = 0; rank != count; ++rank) {
        projection.highest(first + i, rank) = top[i * count + rank];
        const kernels::TokenLogit& low = top[(rows + i) * count + rank];
        projection.lowest(first + i, rank) = {low.token, -low.logit};
      }
  }
  return projection;
}
template <Config C, StorageType S, Basis B, AnyDim Direction, AnyDim DModel>
VocabularyProjection vocabulary_projection(const Gpt2<C, S, B>& model,
                                           const Tensor<float, Direction, DModel>& directions, std::size_t count,
                                           RunOptions options = {}) {
  return vocabulary_projection(model, directions.view(), count, options);
}

}  // namespace TL_NAMESPACE
