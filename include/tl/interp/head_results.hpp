#pragma once
// What each head adds to the residual stream (hook_result without the bias b_O), one head at a time from z and its rows
// of W_O: nobody holds [pos, head, d_head, d_model].
#include <cstddef>
#include <span>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/residual_stack.hpp>
#include <tl/kernels/linear.hpp>

namespace TL_NAMESPACE {

namespace detail {
// out [pos, d_model] = z[:, head] W_O[head], z [pos, head, d_head]: the bits of hook_result.
template <StorageType S>
void head_result(const LinearWeights<S>& o, const float* z, std::size_t head, std::size_t positions,
                 const Config& config, float* out, int threads) {
  const auto matrix = o.matrix.rows(head * config.d_head, config.d_head);
  const auto scratch = allocate<float>(kernels::linear_scratch<S>(positions, matrix.depth()));
  const auto input = kernels::linear_input(z + head * config.d_head, config.n_head * config.d_head, positions, matrix,
                                           scratch.get(), threads);
  kernels::linear(input, matrix, nullptr, {out, config.d_model}, {}, threads);
}
}  // namespace detail

struct HeadResultsOptions {
  ResidualInput up_to{};
  bool incl_remainder = false;  // a last row: what else is in the residual at `up_to`
  DynamicHooks::Where where = all;
};

// Rows "L0H0", "L0H1", ... of the layers before `up_to` (TransformerLens' ActivationCache.stack_head_results).
template <Config C, StorageType S, Basis B>
ResidualStack<C> stack_head_results(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                    const HeadResultsOptions& options = {}, RunOptions run = {}) {
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  const std::size_t layers = up_to.attention_layers();
  std::vector<PointAt> wanted{up_to.residual(config)};
  add_layers(wanted, Point::z, layers);
  detail::add_norm(wanted, up_to, config);
  const PointCaptures captures = capture_points(model, tokens, wanted, options.where, run);
  const std::size_t positions = captures.positions();
  detail::StackBuilder<C> stack(layers * config.n_head + options.incl_remainder, positions, config);
  for (std::size_t layer = 0; layer != layers; ++layer)
    for (std::size_t head = 0; head != config.n_head; ++head)
      detail::head_result(model.weights().blocks[layer].o, captures(Point::z, layer), head, positions, config,
                          stack.add(head_label(layer, head)), run.resolved_threads());
  if (options.incl_remainder) stack.add_remainder(captures.at(wanted[0]));
  return std::move(stack).finish(detail::reading_norm(model.weights(), captures, up_to, config));
}

}  // namespace TL_NAMESPACE
