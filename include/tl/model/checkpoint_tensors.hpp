#pragma once
// The list of tensors that a checkpoint of a Config holds, in one place for whoever loads, checks or saves one.
#include <string>
#include <tl/core/namespace.hpp>
#include <tl/io/tensor_spec.hpp>
#include <tl/model/config.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Names and shapes as weight_source.hpp describes them, in the order of the computation. Every extent of the
// Config must be known. (The optional `lm_head.bias` is not of the list.)
inline std::vector<io::TensorSpec> checkpoint_tensors(const Config& config) {
  std::vector<io::TensorSpec> tensors;
  const auto d_model = config.d_model, d_heads = config.n_head * config.d_head;
  const auto norm = [&](const std::string& name) {
    if (config.norm == Norm::none) return;
    tensors.push_back({name + ".weight", {d_model}});
    tensors.push_back({name + ".bias", {d_model}});
  };
  const auto linear = [&](const std::string& name, std::size_t in, std::size_t out) {
    tensors.push_back({name + ".weight", {in, out}});
    tensors.push_back({name + ".bias", {out}});
  };
  tensors.push_back({"wte.weight", {config.d_vocab, d_model}});
  tensors.push_back({"wpe.weight", {config.n_ctx, d_model}});
  for (std::size_t layer = 0; layer != config.n_layer; ++layer) {
    const std::string block = "h." + std::to_string(layer);
    norm(block + ".ln_1");
    linear(block + ".attn.c_attn", d_model, 3 * d_heads);
    linear(block + ".attn.c_proj", d_heads, d_model);
    if (config.d_mlp == 0) continue;
    norm(block + ".ln_2");
    linear(block + ".mlp.c_fc", d_model, config.d_mlp);
    linear(block + ".mlp.c_proj", config.d_mlp, d_model);
  }
  norm("ln_f");
  if (!config.tied_unembed) tensors.push_back({"lm_head.weight", {config.d_vocab, d_model}});
  return tensors;
}

}  // namespace TL_NAMESPACE
