#pragma once
// What a head does as two matrices (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits"), under
// TransformerLens' conventions: residuals are rows, W_QK = W_Q W_K^T has queries on the left and keys on the right,
// W_OV = W_V W_O maps what is attended to to what is written. Biases, LayerNorms and 1 / sqrt(d_head) are left out:
// they are of weights as the model has them, so a model is best loaded with WeightProcessing::standard().
#include <cstddef>
#include <tl/interp/factored_matrix.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/model/gpt2.hpp>

namespace TL_NAMESPACE {

template <Config C>
using HeadCircuit = FactoredMatrix<typename Dims<C>::d_model, typename Dims<C>::d_head, typename Dims<C>::d_model>;

namespace detail {
// W_Q, W_K or W_V (part 0, 1, 2) of a head: [d_model, d_head]. Throws Error where the model has no such head.
template <Config C, StorageType S, Basis B>
kernels::DenseMatrix head_columns(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head, std::size_t part) {
  const Config& c = model.config();
  HeadAt{layer, head}.check(c);
  return kernels::dense(model.weights().blocks[layer].qkv.matrix, (part * c.n_head + head) * c.d_head, c.d_head);
}
// W_O: [d_head, d_model].
template <Config C, StorageType S, Basis B>
kernels::DenseMatrix head_rows(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head) {
  const Config& c = model.config();
  return kernels::dense(model.weights().blocks[layer].o.matrix.rows(head * c.d_head, c.d_head), 0, c.d_model);
}
}  // namespace detail

// Both throw Error where the model has no such head.
template <Config C, StorageType S, Basis B>
HeadCircuit<C> qk_circuit(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head) {
  return {detail::head_columns(model, layer, head, 0), transposed(detail::head_columns(model, layer, head, 1))};
}
template <Config C, StorageType S, Basis B>
HeadCircuit<C> ov_circuit(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head) {
  return {detail::head_columns(model, layer, head, 2), detail::head_rows(model, layer, head)};
}

}  // namespace TL_NAMESPACE
