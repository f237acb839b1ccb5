#pragma once
// The logit lens (nostalgebraist 2020): what the model would say if the blocks from some layer on were left out. Each
// residual goes through the final LayerNorm, with the scale that it has itself, and the unembedding.
#include <cstddef>
#include <span>
#include <string>
#include <tl/interp/accumulated_resid.hpp>
#include <tl/interp/apply_ln.hpp>
#include <tl/kernels/read_logits.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct LogitLensOptions {
  std::size_t top_count = 1;  // of the likeliest tokens kept of each row
  bool kl = true;             // without it no row of logits is ever in memory
  DynamicHooks::Where where = all;
};

// Rows are what enters each block, then what leaves the last: row n_layer is the model's own output, to the bit.
struct LogitLens {
  using Top = Tensor<TokenLogProb, Dim<"layer">, Dim<"pos">, Dim<"rank">>;
  using Values = Tensor<float, Dim<"layer">, Dim<"pos">>;

  std::vector<std::string> labels;     // "0_pre", ..., "final_post"
  std::vector<std::size_t> positions;  // of the prompt, as chosen
  Top top;                             // likeliest first
  Values kl;                           // KL(final || row) in nats; empty where not asked for
  Values cross_entropy;                // -log p(next token) in nats; NaN at the prompt's end

  std::size_t rows() const { return labels.size(); }
  // Whether the row's likeliest token is the final one.
  bool agrees(std::size_t layer, std::size_t pos) const {
    return top(layer, pos, 0).token == top(rows() - 1, pos, 0).token;
  }
  // The share of positions where it is.
  double agreement(std::size_t layer) const {
    double count = 0;
    for (std::size_t pos = 0; pos != positions.size(); ++pos) count += agrees(layer, pos);
    return count / static_cast<double>(positions.size());
  }
  // The first row from which on the final token stays the likeliest.
  std::size_t first_layer(std::size_t pos) const {
    std::size_t layer = rows() - 1;
    while (layer != 0 && agrees(layer - 1, pos)) --layer;
    return layer;
  }
};

namespace detail {
// The questions of a lens about some positions, all rows of each, position by position, and where the answers go.
class LensQuestions {
 public:
  // `some` positions at a time at most.
  LensQuestions(LogitLens& lens, std::span<const Token> tokens, std::size_t some);
  // Of the positions from `first` on of the lens.
  kernels::LogitQuestions about(std::size_t first, std::size_t count);
  // Writes the answers to the lens; logits [count, row, d_vocab], or null.
  void store(const float* logits, std::size_t d_vocab, int threads);

 private:
  void store_kl(const float* logits, std::size_t d_vocab, int threads);
  LogitLens& lens_;
  std::span<const Token> tokens_;
  std::size_t first_ = 0, count_ = 0;
  std::vector<float> log_sum_, target_logit_, probabilities_;
  std::vector<Token> target_;
  std::vector<kernels::TokenLogit> top_;
};
}  // namespace detail

// Throws Error where top_count is 0 or more than the vocabulary.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
LogitLens logit_lens(const Gpt2<C, S, B>& model, std::span<const Token> tokens, const LogitLensOptions& options = {},
                     RunOptions run = {}, Policies&&... policies) {
  const Config& config = model.config();
  const auto& weights = model.weights();
  const std::size_t top_count = options.top_count, d = config.d_model, d_vocab = config.d_vocab;
  if (top_count == 0 || top_count > d_vocab)
    throw Error("a lens cannot keep the ", top_count, " likeliest tokens: the vocabulary has ", d_vocab);
  const int threads = run.resolved_threads();
  const auto residuals = lens_ln(
      accumulated_resid(model, tokens, {.where = options.where}, run, std::forward<Policies>(policies)...), run);
  const std::size_t rows = residuals.labels.size(), positions = residuals.values.template extent<"pos">();
  LogitLens lens{residuals.labels,
                 {},
                 LogitLens::Top(rows, positions, top_count),
                 LogitLens::Values(options.kl ? rows : 0, positions),
                 LogitLens::Values(rows, positions)};
  for (std::size_t p = 0; p != tokens.size(); ++p)
    if (options.where(p, tokens.size(), 0)) lens.positions.push_back(p);

  // With KL some positions at a time, as many as a matrix product needs to be efficient: logits of GPT-2's vocabulary
  // take 20 MB at most. Without, all at once and no logits in memory.
  const std::size_t some = options.kl ? std::max<std::size_t>(1, 96 / rows) : positions;
  detail::LensQuestions questions(lens, tokens, some);
  const auto x = allocate<float>(some * rows * d), logits = allocate<float>(options.kl ? some * rows * d_vocab : 0),
             rounded = allocate<float>(kernels::linear_scratch<S>(some * rows, weights.w_u.depth()));
  for (std::size_t first = 0; first < positions; first += some) {
    const std::size_t count = std::min(some, positions - first);
    for (std::size_t i = 0; i != count * rows; ++i)
      std::copy_n(residuals.values(i % rows, first + i / rows).data(), d, x.get() + i * d);
    const auto input = kernels::linear_input(x.get(), d, count * rows, weights.w_u, rounded.get(), threads);
    const auto asked = questions.about(first, count);
    if (options.kl) {
      kernels::linear(input, weights.w_u, weights.b_u, {logits.get(), d_vocab}, {}, threads);
      kernels::read_logits(logits.get(), count * rows, d_vocab, asked, threads);
    } else {
      kernels::read_logits(input, weights.w_u, weights.b_u, asked, threads);
    }
    questions.store(options.kl ? logits.get() : nullptr, d_vocab, threads);
  }
  return lens;
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/logit_lens-inl.hpp>
#endif
