#pragma once
// The tensors of an SAE while it is trained, and their gradients: W_enc lies by features, as its gradient comes and as
// one feature's encoder is read.
#include <array>
#include <string_view>
#include <tl/core/aligned_memory.hpp>
#include <tl/sae/sae_config.hpp>
#include <tl/sae/sae_weights.hpp>

namespace TL_NAMESPACE {

// Those that the architecture does not have are empty. W_enc here is [d_sae, d_in].
struct SaeParameters {
  AlignedVector<float> W_enc, W_dec, b_enc, b_dec, threshold, b_gate, b_mag, r_mag;

  // W_skip is not trained.
  static SaeParameters of(const SaeConfig& config, const SaeWeights& weights) {
    return {transposed(weights.W_enc, config.d_in, config.d_sae),
            weights.W_dec,
            weights.b_enc,
            weights.b_dec,
            weights.threshold,
            weights.b_gate,
            weights.b_mag,
            weights.r_mag};
  }
  SaeWeights weights(const SaeConfig& config) const {
    SaeWeights out;
    out.W_enc = transposed(W_enc, config.d_sae, config.d_in);
    out.W_dec = W_dec, out.b_enc = b_enc, out.b_dec = b_dec, out.threshold = threshold;
    out.b_gate = b_gate, out.b_mag = b_mag, out.r_mag = r_mag;
    return out;
  }

  // Every tensor, in one order.
  static constexpr std::array<std::string_view, 8> names{"W_enc",     "W_dec",  "b_enc", "b_dec",
                                                         "threshold", "b_gate", "b_mag", "r_mag"};
  std::array<AlignedVector<float>*, 8> tensors() {
    return {&W_enc, &W_dec, &b_enc, &b_dec, &threshold, &b_gate, &b_mag, &r_mag};
  }
  std::array<const AlignedVector<float>*, 8> tensors() const {
    return {&W_enc, &W_dec, &b_enc, &b_dec, &threshold, &b_gate, &b_mag, &r_mag};
  }
  // Zeros of the same shapes.
  SaeParameters zeros() const {
    SaeParameters out;
    for (std::size_t i = 0; i != names.size(); ++i) out.tensors()[i]->assign(tensors()[i]->size(), 0.f);
    return out;
  }

 private:
  static AlignedVector<float> transposed(const AlignedVector<float>& from, std::size_t rows, std::size_t columns) {
    AlignedVector<float> to(from.size());
    constexpr std::size_t tile = 16;
    for (std::size_t first = 0; first < columns; first += tile)
      for (std::size_t r = 0; r != rows; ++r)
        for (std::size_t c = first; c != columns && c != first + tile; ++c) to[c * rows + r] = from[r * columns + c];
    return to;
  }
};

}  // namespace TL_NAMESPACE
