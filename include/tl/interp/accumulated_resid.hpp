#pragma once
// The residual stream as it grows, layer by layer (TransformerLens' ActivationCache.accumulated_resid).
#include <span>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/residual_stack.hpp>

namespace TL_NAMESPACE {

struct AccumulatedResidOptions {
  ResidualInput up_to{};
  bool incl_mid = false;  // between attention and MLP too
  DynamicHooks::Where where = all;
};

// Rows "0_pre", "1_pre", ..., of the residual before each layer up to and with `up_to`; at the unembedding the last is
// "final_post". With incl_mid "0_mid" follows "0_pre", and so on; of an MLP's input that layer's "_mid" comes last.
// The run is under the policies, if any.
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
ResidualStack<C> accumulated_resid(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                   const AccumulatedResidOptions& options = {}, RunOptions run = {},
                                   Policies&&... policies) {
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  std::vector<PointAt> wanted;
  std::vector<std::string> labels;
  for (std::size_t layer = 0; layer <= up_to.layer; ++layer) {
    const bool final = layer == config.n_layer;
    wanted.push_back(ResidualInput{layer}.residual(config));
    labels.push_back(final ? "final_post" : layer_label(layer, "pre"));
    if (layer < up_to.layer ? !options.incl_mid : !up_to.mlp_input) continue;
    wanted.push_back({Point::resid_mid, static_cast<int>(layer)});
    labels.push_back(layer_label(layer, "mid"));
  }
  detail::add_norm(wanted, up_to, config);
  const PointCaptures captures =
      capture_points(model, tokens, wanted, options.where, run, std::forward<Policies>(policies)...);
  detail::StackBuilder<C> stack(labels.size(), captures.positions(), config);
  for (std::size_t i = 0; i != labels.size(); ++i) stack.add(std::move(labels[i]), captures.at(wanted[i]));
  return std::move(stack).finish(detail::reading_norm(model.weights(), captures, up_to, config));
}

}  // namespace TL_NAMESPACE
