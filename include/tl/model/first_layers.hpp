#pragma once
// The first layers of a model as a model: what it would say if the others were left out.
#include <algorithm>
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/model/gpt2.hpp>

namespace TL_NAMESPACE {

// The embedding, the first `count` blocks, the final LayerNorm and the unembedding: the logit lens (nostalgebraist,
// 2020) as a model that runs by itself. It refers to the model's weights, which must outlive it, and copies none.
// Throws Error unless count is 1 to n_layer.
template <Config C, StorageType S, Basis B>
Gpt2<dynamic_gpt2, S, B> first_layers(const Gpt2<C, S, B>& model, std::size_t count) {
  const Weights<C, S>& whole = model.weights();
  Config config = model.config();
  if (count == 0 || count > config.n_layer)
    throw Error("the first ", count, " layers were asked for, and the model has ", config.n_layer);
  config.n_layer = count;
  Weights<dynamic_gpt2, S> some(config, whole.b_u != nullptr, nullptr, 0,
                                []<class T>(std::size_t) { return static_cast<const T*>(nullptr); });
  std::copy_n(whole.blocks.begin(), count, some.blocks.begin());
  some.w_u = whole.w_u, some.w_e = whole.w_e, some.b_u = whole.b_u, some.w_pos = whole.w_pos,
  some.ln_final = whole.ln_final;
  return Gpt2<dynamic_gpt2, S, B>(std::move(some), config, model.processing());
}

}  // namespace TL_NAMESPACE
