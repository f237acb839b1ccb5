#pragma once
// Names of what writes to the residual stream, as TransformerLens writes them: "embed", "pos_embed", "3_attn_out",
// "3_mlp_out", "L3H1", "L3N27", "bias", "remainder"; and of the stream itself: "3_pre", "3_mid", "final_post".
#include <cstddef>
#include <string>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

inline std::string layer_label(std::size_t layer, const char* part) { return std::to_string(layer) + "_" + part; }
inline std::string head_label(std::size_t layer, std::size_t head) {
  return "L" + std::to_string(layer) + "H" + std::to_string(head);
}
inline std::string neuron_label(std::size_t layer, std::size_t neuron) {
  return "L" + std::to_string(layer) + "N" + std::to_string(neuron);
}

}  // namespace TL_NAMESPACE
