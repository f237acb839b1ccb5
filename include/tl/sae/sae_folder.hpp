#pragma once
// SAELens' folders, both ways: cfg.json, sae_weights.safetensors and, where it is known, sparsity.safetensors.
#include <span>
#include <string>
#include <string_view>
#include <tl/io/safetensors.hpp>
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_weights.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct SaeFile {
  SaeConfig config;
  SaeWeights weights;
  std::vector<float> log_sparsity{};  // log10 of how often each feature is active; empty where nobody counted
};

// Reads a folder as SAELens 6 writes it, or an older one, whose cfg.json is flat and has other names. Tensors are F32,
// F16, BF16 or F64. Throws Error naming the file where it is no such folder, or asks for what is not computed here (an
// architecture, an activation function, an option that is not known), contradicts its tensors or holds NaN.
SaeFile load_sae(const std::string& folder);

// Writes a folder, made where it does not exist, that SAELens 6 opens with the same outputs. dtype: F32, F16 or BF16 of
// the tensors; cfg.json says float32, which SAELens then computes in. Throws Error where check_sae() does, where
// log_sparsity is neither empty nor d_sae long, and where the system refuses.
void save_sae(const std::string& folder, const SaeConfig& config, const SaeWeights& weights,
              io::Dtype dtype = io::Dtype::f32, std::span<const float> log_sparsity = {});

// The text of a cfg.json, and back; `file` is for the Error.
std::string sae_config_json(const SaeConfig& config);
SaeConfig parse_sae_config(std::string_view text, std::string_view file);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/sae_folder-inl.hpp>
#endif
