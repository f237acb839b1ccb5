#pragma once
// How much of what a head writes a later head reads through its queries, keys or values (Elhage et al. 2021, "A
// Mathematical Framework for Transformer Circuits"): |L R| / (|L| |R|) in Frobenius norms, L = W_OV of the sender and R
// = W_QK, W_QK^T or W_OV of the receiver. TransformerLens' all_composition_scores.
#include <cstddef>
#include <cstdint>
#include <tl/interp/head_circuits.hpp>
#include <vector>

namespace TL_NAMESPACE {

enum class Composition { q, k, v };

// 0 where the receiver is not in a later layer than the sender, or where one of the two is zero.
using CompositionScores =
    Tensor<double, Dim<"sender_layer">, Dim<"sender_head">, Dim<"receiver_layer">, Dim<"receiver_head">>;

// What heads have that share nothing: factors of normal numbers. Heads compose where their scores are well above it.
struct RandomComposition {
  double mean = 0, deviation = 0;  // of a score
};

namespace detail {
// Heads as what is left of their circuits when the orthonormal factor outside is taken away, which norms do not see.
struct ComposingHeads {
  std::size_t n_layer, n_head, d_model, d_head;
  std::vector<float> senders{};    // [layer, head, d_head, d_model]
  std::vector<float> receivers{};  // [layer, d_model, head, d_head]

  // W_V, W_O of a sender, and the factors R = first second of a receiver.
  void add_sender(const kernels::DenseMatrix& w_v, const kernels::DenseMatrix& w_o);
  void add_receiver(std::size_t layer, std::size_t head, const kernels::DenseMatrix& first,
                    const kernels::DenseMatrix& second);
  CompositionScores scores(int threads) const;
};
}  // namespace detail

// Scores of every pair of heads, raw: subtract random_composition's mean to compare shapes.
template <Config C, StorageType S, Basis B>
CompositionScores composition_scores(const Gpt2<C, S, B>& model, Composition kind, RunOptions options = {}) {
  const Config& c = model.config();
  detail::ComposingHeads heads{c.n_layer, c.n_head, c.d_model, c.d_head};
  for (std::size_t layer = 0; layer != c.n_layer; ++layer)
    for (std::size_t head = 0; head != c.n_head; ++head) {
      const auto columns = [&](std::size_t part) { return detail::head_columns(model, layer, head, part); };
      const auto w_v = columns(2), w_o = detail::head_rows(model, layer, head);
      heads.add_sender(w_v, w_o);
      if (kind == Composition::v) heads.add_receiver(layer, head, w_v, w_o);
      else if (kind == Composition::q) heads.add_receiver(layer, head, columns(0), transposed(columns(1)));
      else heads.add_receiver(layer, head, columns(1), transposed(columns(0)));
    }
  return heads.scores(options.resolved_threads());
}

// Of `count` random senders with as many receivers. Throws Error where count is 0.
RandomComposition random_composition(std::size_t d_model, std::size_t d_head, std::size_t count = 16,
                                     std::uint64_t seed = 0);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/composition-inl.hpp>
#endif
