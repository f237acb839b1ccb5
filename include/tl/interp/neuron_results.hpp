#pragma once
// What each neuron adds to the residual stream: its activation (mlp.hook_post) times its row of W_out.
#include <cstddef>
#include <span>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/residual_stack.hpp>

namespace TL_NAMESPACE {

namespace detail {
// out [pos, d_model] = post[:, neuron] W_out[neuron], post [pos, d_mlp]; the scratch `row` holds d_model floats.
template <StorageType S>
void neuron_result(const LinearWeights<S>& w_out, const float* post, std::size_t neuron, std::size_t positions,
                   float* out, float* row) {
  const std::size_t d_mlp = w_out.matrix.k, d_model = w_out.matrix.n;
  for (std::size_t i = 0; i != d_model; ++i) row[i] = w_out.matrix(neuron, i);
  for (std::size_t pos = 0; pos != positions; ++pos) {
    const float activation = post[pos * d_mlp + neuron];
    for (std::size_t i = 0; i != d_model; ++i) out[pos * d_model + i] = activation * row[i];
  }
}
}  // namespace detail

struct NeuronResultsOptions {
  ResidualInput up_to{};
  std::size_t first_neuron = 0, neurons = static_cast<std::size_t>(-1);  // of each layer: how many from which on
  bool incl_remainder = false;  // a last row: what else is in the residual at `up_to`
  DynamicHooks::Where where = all;
};

// Rows "L0N0", "L0N1", ... of the layers before `up_to` (TransformerLens' ActivationCache.stack_neuron_results): 113 MB
// a position for GPT-2 small. full_resid_decomposition streams them.
template <Config C, StorageType S, Basis B>
ResidualStack<C> stack_neuron_results(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                      const NeuronResultsOptions& options = {}, RunOptions run = {}) {
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  const std::size_t layers = up_to.mlp_layers(config), first = std::min(options.first_neuron, config.d_mlp),
                    neurons = std::min(options.neurons, config.d_mlp - first);
  std::vector<PointAt> wanted{up_to.residual(config)};
  add_layers(wanted, Point::mlp_post, layers);
  detail::add_norm(wanted, up_to, config);
  const PointCaptures captures = capture_points(model, tokens, wanted, options.where, run);
  detail::StackBuilder<C> stack(layers * neurons + options.incl_remainder, captures.positions(), config);
  std::vector<float> row(config.d_model);
  for (std::size_t layer = 0; layer != layers; ++layer)
    for (std::size_t neuron = first; neuron != first + neurons; ++neuron)
      detail::neuron_result(model.weights().blocks[layer].out, captures(Point::mlp_post, layer), neuron,
                            captures.positions(), stack.add(neuron_label(layer, neuron)), row.data());
  if (options.incl_remainder) stack.add_remainder(captures.at(wanted[0]));
  return std::move(stack).finish(detail::reading_norm(model.weights(), captures, up_to, config));
}

}  // namespace TL_NAMESPACE
