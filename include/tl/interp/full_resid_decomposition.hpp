#pragma once
// The residual stream taken apart into heads, neurons, embeddings and biases (TransformerLens'
// ActivationCache.get_full_resid_decomposition): 37,011 rows for GPT-2 small, offered one at a time.
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tl/interp/head_results.hpp>
#include <tl/interp/neuron_results.hpp>

namespace TL_NAMESPACE {

struct FullDecompositionOptions {
  ResidualInput up_to{};
  bool expand_neurons = true;  // else one row "0_mlp_out" a layer, its bias in it
  DynamicHooks::Where where = all;
};

// f(label, row) for every row, row a TensorView<const float, pos, d_model> that stays valid during the call: heads
// layer by layer, then neurons or MLPs, "embed", "pos_embed", and "bias", the sum of the sublayers' biases. Their sum
// is the residual at `up_to`. Returns the LayerNorm that reads it.
template <Config C, StorageType S, Basis B, class F>
ReadingNorm for_each_resid_component(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                     const FullDecompositionOptions& options, RunOptions run, F&& f) {
  using Values = TensorView<const float, typename Dims<C>::pos, typename Dims<C>::d_model>;
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  const std::size_t attention_layers = up_to.attention_layers(), mlp_layers = up_to.mlp_layers(config);
  std::vector<PointAt> wanted{{Point::embed}, {Point::pos_embed}};
  add_layers(wanted, Point::z, attention_layers);
  add_layers(wanted, options.expand_neurons ? Point::mlp_post : Point::mlp_out, mlp_layers);
  detail::add_norm(wanted, up_to, config);
  const PointCaptures captures = capture_points(model, tokens, wanted, options.where, run);
  const std::size_t positions = captures.positions(), d = config.d_model;
  const auto& blocks = model.weights().blocks;
  const auto offer = [&](std::string_view label, const float* row) {
    f(label, Values(row, Values::shape_type::of({positions, d})));
  };

  std::vector<float> row(positions * d), w_out(d), bias(d);
  const auto add_bias = [&](const float* b) {
    for (std::size_t i = 0; i != d; ++i) bias[i] += b[i];
  };
  for (std::size_t layer = 0; layer != attention_layers; ++layer) {
    for (std::size_t head = 0; head != config.n_head; ++head) {
      detail::head_result(blocks[layer].o, captures(Point::z, layer), head, positions, config, row.data(),
                          run.resolved_threads());
      offer(head_label(layer, head), row.data());
    }
    add_bias(blocks[layer].o.bias);
  }
  for (std::size_t layer = 0; layer != mlp_layers; ++layer) {
    if (!options.expand_neurons) {
      offer(layer_label(layer, "mlp_out"), captures(Point::mlp_out, layer));
      continue;
    }
    for (std::size_t neuron = 0; neuron != config.d_mlp; ++neuron) {
      detail::neuron_result(blocks[layer].out, captures(Point::mlp_post, layer), neuron, positions, row.data(),
                            w_out.data());
      offer(neuron_label(layer, neuron), row.data());
    }
    add_bias(blocks[layer].out.bias);
  }
  offer("embed", captures(Point::embed));
  offer("pos_embed", captures(Point::pos_embed));
  for (std::size_t pos = 0; pos != positions; ++pos) std::copy_n(bias.data(), d, row.data() + pos * d);
  offer("bias", row.data());
  return detail::reading_norm(model.weights(), captures, up_to, config);
}

// The same rows in memory: 114 MB a position for GPT-2 small.
template <Config C, StorageType S, Basis B>
ResidualStack<C> full_resid_decomposition(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                          const FullDecompositionOptions& options = {}, RunOptions run = {}) {
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  const std::size_t components = up_to.attention_layers() * config.n_head +
                                 up_to.mlp_layers(config) * (options.expand_neurons ? config.d_mlp : 1) + 3;
  std::optional<detail::StackBuilder<C>> stack;  // none until the first row says how many positions there are
  ReadingNorm norm = for_each_resid_component(model, tokens, options, run, [&](std::string_view label, auto row) {
    if (!stack) stack.emplace(components, row.template extent<"pos">(), config);
    stack->add(std::string(label), row.data());
  });
  return std::move(*stack).finish(std::move(norm));
}

}  // namespace TL_NAMESPACE
