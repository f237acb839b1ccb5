#pragma once
// A stack through the LayerNorm that reads its residual, in the two ways that are confused at one's peril. The result
// is of another type: nothing is normalised twice.
#include <string>
#include <tl/interp/residual_stack.hpp>
#include <tl/kernels/layer_norm.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Rows after a LayerNorm: products with W_U, W_Q and the like are what is left to do.
template <Config C>
struct NormalizedStack {
  std::vector<std::string> labels;
  StackValues<C> values;
};

// Linear: (x - mean(x)) / scale * w with the scale that the run had there, the same for all rows. The rows of a full
// decomposition then sum to the LayerNorm's output less its b. For attribution (TransformerLens' apply_ln_to_stack,
// whose w is folded into what reads it). Where the model has no LayerNorm, x.
template <Config C>
NormalizedStack<C> linear_ln(const ResidualStack<C>& stack, RunOptions run = {}) {
  NormalizedStack<C> out{stack.labels, clone(stack.values.view())};
  const ReadingNorm& norm = stack.norm;
  if (norm.w.empty()) return out;
  const std::size_t components = stack.labels.size(), rows = components * norm.scale.size();
  std::vector<float> scale;
  for (std::size_t i = 0; i != components; ++i) scale.insert(scale.end(), norm.scale.begin(), norm.scale.end());
  const std::vector<float> no_b(norm.w.size());
  const int threads = run.resolved_threads();
  kernels::layer_norm_normalize(stack.values.data(), scale.data(), rows, norm.w.size(), out.values.data(), threads);
  kernels::layer_norm_affine(out.values.data(), norm.w.data(), no_b.data(), rows, norm.w.size(), out.values.data(),
                             threads);
  return out;
}

// As if the row were all there is: the LayerNorm with the scale that the row itself has, and b. For a lens, whose rows
// are residual streams (TransformerLens' apply_ln_to_stack with recompute_ln). Where the model has no LayerNorm, x.
template <Config C>
NormalizedStack<C> lens_ln(const ResidualStack<C>& stack, RunOptions run = {}) {
  NormalizedStack<C> out{stack.labels, clone(stack.values.view())};
  const ReadingNorm& norm = stack.norm;
  if (norm.w.empty()) return out;
  kernels::layer_norm(stack.values.data(), norm.w.data(), norm.b.data(), stack.values.size() / norm.w.size(),
                      norm.w.size(), norm.epsilon, out.values.data(), run.resolved_threads());
  return out;
}

}  // namespace TL_NAMESPACE
