#pragma once
// A place where the residual stream is read, up to which it is taken apart: TransformerLens' `layer` and `mlp_input`.
#include <cstddef>
#include <tl/core/error.hpp>
#include <tl/interp/point_captures.hpp>
#include <tl/model/config.hpp>

namespace TL_NAMESPACE {

inline constexpr std::size_t unembedding = static_cast<std::size_t>(-1);

// The input of block `layer`'s attention, of its MLP (mlp_input), or of the unembedding.
struct ResidualInput {
  std::size_t layer = unembedding;
  bool mlp_input = false;

  // The same with n_layer for the unembedding. Throws Error where the model has no such layer or no MLP.
  ResidualInput of(const Config& config) const {
    const ResidualInput input{layer == unembedding ? config.n_layer : layer, mlp_input};
    if (input.layer > config.n_layer || (mlp_input && input.layer == config.n_layer))
      throw Error("the residual stream has no ", mlp_input ? "MLP" : "", mlp_input ? " input" : "input", " of layer ",
                  input.layer, ": this model has layers 0 to ", config.n_layer - 1, ", and the unembedding after them");
    if (mlp_input && config.d_mlp == 0) throw Error("there is no input of an MLP: this model has no MLPs");
    return input;
  }

  // Of a resolved one: how many layers' attention, and how many layers' MLPs, wrote what is read here.
  std::size_t attention_layers() const { return layer + mlp_input; }
  std::size_t mlp_layers(const Config& config) const { return config.d_mlp == 0 ? 0 : layer; }
  // The residual stream here, and the scale of the LayerNorm that reads it.
  PointAt residual(const Config& config) const {
    const int l = static_cast<int>(layer);
    return layer == config.n_layer ? PointAt{Point::resid_post, l - 1}
                                   : PointAt{mlp_input ? Point::resid_mid : Point::resid_pre, l};
  }
  PointAt scale(const Config& config) const {
    const int l = static_cast<int>(layer);
    return layer == config.n_layer ? PointAt{Point::ln_final_scale}
                                   : PointAt{mlp_input ? Point::ln2_scale : Point::ln1_scale, l};
  }
};

}  // namespace TL_NAMESPACE
