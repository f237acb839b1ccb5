#pragma once
// The directions of the residual stream that a matrix of the model acts along most: its singular vectors on the side of
// the stream. vocabulary_projection of them is TransformerLens' SVDInterpreter (Millidge and Black 2022, "The Singular
// Value Decompositions of Transformer Weight Matrices are Highly Interpretable"). Header-only these need -llapack.
#include <cstddef>
#include <tl/interp/head_circuits.hpp>
#include <vector>

namespace TL_NAMESPACE {

template <Config C>
struct SingularDirections {
  std::vector<double> values;                                          // largest first
  Tensor<float, Dim<"direction">, typename Dims<C>::d_model> vectors;  // of length 1; a sign is arbitrary
};

namespace detail {
// The first `count` rows of V^T, or all where there are fewer.
template <Config C>
SingularDirections<C> singular_directions(kernels::Svd svd, std::size_t count, std::size_t d_model) {
  using Vectors = Tensor<float, Dim<"direction">, typename Dims<C>::d_model>;
  svd.s.resize(std::min(count, svd.s.size()));
  Vectors vectors(Vectors::shape_type::of({svd.s.size(), d_model}));
  std::transform(svd.vt.values.begin(), svd.vt.values.begin() + static_cast<std::ptrdiff_t>(vectors.size()),
                 vectors.data(), [](double x) { return static_cast<float>(x); });
  return {std::move(svd.s), std::move(vectors)};
}
template <Config C, StorageType S, Basis B>
const BlockWeights<S>& block_with_mlp(const Gpt2<C, S, B>& model, std::size_t layer) {
  if (layer >= model.config().n_layer || model.config().d_mlp == 0)
    throw Error("there is no MLP in layer ", layer, " of this model");
  return model.weights().blocks[layer];
}
}  // namespace detail

// What a head writes, W_V W_O. Throws Error where the model has no such head.
template <Config C, StorageType S, Basis B>
SingularDirections<C> ov_directions(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t head,
                                    std::size_t count) {
  return detail::singular_directions<C>(ov_circuit(model, layer, head).svd(), count, model.config().d_model);
}
// What an MLP reads, W_in with ln2.w, and what it writes, W_out. Each throws Error where there is none.
template <Config C, StorageType S, Basis B>
SingularDirections<C> w_in_directions(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t count) {
  const BlockWeights<S>& block = detail::block_with_mlp(model, layer);
  kernels::DenseMatrix reads = transposed(kernels::dense(block.in.matrix, 0, block.in.matrix.n));  // [d_mlp, d_model]
  if (block.ln2.w)
    for (std::size_t i = 0; i != reads.rows; ++i)
      for (std::size_t m = 0; m != reads.columns; ++m) reads(i, m) *= static_cast<double>(block.ln2.w[m]);
  return detail::singular_directions<C>(kernels::svd(reads), count, model.config().d_model);
}
template <Config C, StorageType S, Basis B>
SingularDirections<C> w_out_directions(const Gpt2<C, S, B>& model, std::size_t layer, std::size_t count) {
  const BlockWeights<S>& block = detail::block_with_mlp(model, layer);
  return detail::singular_directions<C>(kernels::svd(kernels::dense(block.out.matrix, 0, block.out.matrix.n)), count,
                                        model.config().d_model);
}

}  // namespace TL_NAMESPACE
