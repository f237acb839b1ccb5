#pragma once
// Whether a head copies: whether attending to a token raises that token's own logit. Both measures are of the full OV
// circuit W_E W_OV W_U, weights as the model has them: load it with WeightProcessing::standard(), or LayerNorms'
// weights are left out.
#include <algorithm>
#include <cstddef>
#include <tl/interp/head_circuits.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Of each head, sum of eigenvalues / sum of their magnitudes, from -1 to 1 (Elhage et al. 2021, "A Mathematical
// Framework for Transformer Circuits"): 1 where every direction is copied. The d_head eigenvalues that are not 0 are
// those of W_O (W_U W_E) W_V. 0 of a head that is zero.
using CopyingScores = Tensor<float, Dim<"layer">, Dim<"head">>;

// The diagonal of the circuit: where a token's own logit stands among all when the head attends to that token.
struct TokenCopying {
  double mean_rank = 0;  // over the vocabulary; 0 is the highest logit
  double top1 = 0;       // the share of tokens whose own logit is the highest
};

namespace detail {
// sum [d_model, d_model] += W_U [d_model, count] W_E [count, d_model], of some tokens.
void add_unembed_embed(const float* w_u, const float* w_e, std::size_t count, kernels::DenseMatrix& sum, int threads);
float copying_score(const kernels::DenseMatrix& w_v, const kernels::DenseMatrix& w_o,
                    const kernels::DenseMatrix& unembed_embed);

// The tokens' ranks, some at a time: of attended-to values [count, d_head] with tokens `first` and on, through
// W_O W_U [d_head, d_vocab].
class TokenRanks {
 public:
  TokenRanks(const float* w_o_u, std::size_t d_head, std::size_t d_vocab, int threads);
  void add(const float* values, std::size_t first, std::size_t count);
  TokenCopying result() const;

 private:
  AlignedMemory<float> panels_;
  kernels::PackedMatrix<float> w_o_u_;
  std::vector<float> logits_;
  int threads_;
  double ranks_ = 0;
  std::size_t first_ = 0, tokens_ = 0;
};

inline constexpr std::size_t tokens_at_a_time = 128;

// f(first, count, rows) for the whole of W_E, rows [count, d_model].
template <Config C, StorageType S, Basis B, class F>
void for_each_embedding(const Gpt2<C, S, B>& model, const F& f) {
  const std::size_t d = model.config().d_model, d_vocab = model.config().d_vocab;
  const auto& weights = model.weights();
  std::vector<float> rows(tokens_at_a_time * d);
  for (std::size_t first = 0; first < d_vocab; first += tokens_at_a_time) {
    const std::size_t count = std::min(tokens_at_a_time, d_vocab - first);
    for (std::size_t i = 0; i != count; ++i)
      for (std::size_t m = 0; m != d; ++m)
        rows[i * d + m] = weights.w_e ? weights.w_e[(first + i) * d + m] : weights.w_u(m, first + i);
    f(first, count, rows.data());
  }
}
}  // namespace detail

// Header-only this needs -llapack.
template <Config C, StorageType S, Basis B>
CopyingScores copying_scores(const Gpt2<C, S, B>& model, RunOptions options = {}) {
  const Config& c = model.config();
  kernels::DenseMatrix unembed_embed{c.d_model, c.d_model};
  std::vector<float> w_u(c.d_model * detail::tokens_at_a_time);
  detail::for_each_embedding(model, [&](std::size_t first, std::size_t count, const float* w_e) {
    for (std::size_t m = 0; m != c.d_model; ++m)
      for (std::size_t i = 0; i != count; ++i) w_u[m * count + i] = model.weights().w_u(m, first + i);
    detail::add_unembed_embed(w_u.data(), w_e, count, unembed_embed, options.resolved_threads());
  });
  CopyingScores scores(c.n_layer, c.n_head);
  for (std::size_t layer = 0; layer != c.n_layer; ++layer)
    for (std::size_t head = 0; head != c.n_head; ++head)
      scores(layer, head) = detail::copying_score(detail::head_columns(model, layer, head, 2),
                                                  detail::head_rows(model, layer, head), unembed_embed);
  return scores;
}

// Throws Error where the model has no such head. d_vocab^2 d_head multiplications.
template <Config C, StorageType S, Basis B>
TokenCopying token_copying(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head, RunOptions options = {}) {
  const Config& c = model.config();
  const auto& w_u = model.weights().w_u;
  const int threads = options.resolved_threads();
  const auto w_v = detail::head_columns(model, layer, head, 2), w_o = detail::head_rows(model, layer, head);
  const std::vector<float> o(w_o.values.begin(), w_o.values.end()), v(w_v.values.begin(), w_v.values.end());

  const auto rounded = allocate<float>(kernels::linear_scratch<S>(c.d_head, w_u.depth()));
  std::vector<float> w_o_u(c.d_head * c.d_vocab), values(detail::tokens_at_a_time * c.d_head);
  kernels::linear(kernels::linear_input(o.data(), c.d_model, c.d_head, w_u, rounded.get(), threads), w_u, nullptr,
                  {w_o_u.data(), c.d_vocab}, {}, threads);
  const auto panels = allocate<float>(kernels::packed_size<float>(c.d_model, c.d_head));
  kernels::pack<float>(v.data(), c.d_head, 1, c.d_model, c.d_head, panels.get(), nullptr, threads);
  const kernels::PackedMatrix<float> packed_v{panels.get(), c.d_model, c.d_head};

  detail::TokenRanks ranks(w_o_u.data(), c.d_head, c.d_vocab, threads);
  detail::for_each_embedding(model, [&](std::size_t first, std::size_t count, const float* w_e) {
    kernels::linear<float>({w_e, c.d_model, count}, packed_v, nullptr, {values.data(), c.d_head}, {}, threads);
    ranks.add(values.data(), first, count);
  });
  return ranks.result();
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/copying-inl.hpp>
#endif
