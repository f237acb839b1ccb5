#pragma once
// The tensors of a sparse autoencoder as SAELens lays them out, row-major in float32: what is loaded, saved, trained
// and folded. Encoding and decoding go by packed copies.
#include <cstddef>
#include <tl/core/aligned_memory.hpp>
#include <tl/sae/sae_config.hpp>

namespace TL_NAMESPACE {

// Those that the architecture does not have are empty.
struct SaeWeights {
  AlignedVector<float> W_enc;  // [d_in, d_sae]
  AlignedVector<float> W_dec;  // [d_sae, d_out]
  AlignedVector<float> b_enc;  // [d_sae]; not gated
  AlignedVector<float> b_dec;  // [d_out]

  AlignedVector<float> threshold;             // jumprelu: [d_sae]
  AlignedVector<float> b_gate, b_mag, r_mag;  // gated: [d_sae]
  AlignedVector<float> W_skip;                // skip_transcoder: [d_out, d_in]

  // Zeros of the right sizes.
  static SaeWeights zeros(const SaeConfig& config) {
    SaeWeights weights;
    const std::size_t d_in = config.d_in, d_sae = config.d_sae, d_out = config.d_out;
    weights.W_enc.assign(d_in * d_sae, 0.f);
    weights.W_dec.assign(d_sae * d_out, 0.f);
    weights.b_dec.assign(d_out, 0.f);
    if (config.architecture == SaeArchitecture::gated)
      for (auto* bias : {&weights.b_gate, &weights.b_mag, &weights.r_mag}) bias->assign(d_sae, 0.f);
    else weights.b_enc.assign(d_sae, 0.f);
    if (config.architecture == SaeArchitecture::jumprelu) weights.threshold.assign(d_sae, 0.f);
    if (config.architecture == SaeArchitecture::skip_transcoder) weights.W_skip.assign(d_out * d_in, 0.f);
    return weights;
  }
};

}  // namespace TL_NAMESPACE
