#pragma once
// The residual stream as the sum of what embeddings and sublayers wrote to it (TransformerLens'
// ActivationCache.decompose_resid).
#include <span>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/residual_stack.hpp>

namespace TL_NAMESPACE {

enum class Sublayers { both, mlp, attn };

struct DecomposeResidOptions {
  ResidualInput up_to{};
  Sublayers mode = Sublayers::both;
  bool incl_embeds = true;
  DynamicHooks::Where where = all;
};

// Rows "embed", "pos_embed", "0_attn_out", "0_mlp_out", ...: of all sublayers and the embeddings their sum is the
// residual at `up_to`.
template <Config C, StorageType S, Basis B>
ResidualStack<C> decompose_resid(const Gpt2<C, S, B>& model, std::span<const Token> tokens,
                                 const DecomposeResidOptions& options = {}, RunOptions run = {}) {
  const Config& config = model.config();
  const ResidualInput up_to = options.up_to.of(config);
  std::vector<PointAt> wanted;
  std::vector<std::string> labels;
  const auto add = [&](Point point, std::size_t layer, std::string label) {
    wanted.push_back({point, info(point).in_block ? static_cast<int>(layer) : no_layer});
    labels.push_back(std::move(label));
  };
  if (options.incl_embeds) {
    add(Point::embed, 0, "embed");
    add(Point::pos_embed, 0, "pos_embed");
  }
  for (std::size_t layer = 0; layer != up_to.attention_layers(); ++layer) {
    if (options.mode != Sublayers::mlp) add(Point::attn_out, layer, layer_label(layer, "attn_out"));
    if (options.mode != Sublayers::attn && layer < up_to.mlp_layers(config))
      add(Point::mlp_out, layer, layer_label(layer, "mlp_out"));
  }
  detail::add_norm(wanted, up_to, config);
  // Where nothing else is wanted the positions still have to be counted.
  if (wanted.empty()) wanted.push_back({Point::embed});
  const PointCaptures captures = capture_points(model, tokens, wanted, options.where, run);
  detail::StackBuilder<C> stack(labels.size(), captures.positions(), config);
  for (std::size_t i = 0; i != labels.size(); ++i) stack.add(std::move(labels[i]), captures.at(wanted[i]));
  return std::move(stack).finish(detail::reading_norm(model.weights(), captures, up_to, config));
}

}  // namespace TL_NAMESPACE
