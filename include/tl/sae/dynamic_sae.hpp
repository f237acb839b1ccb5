#pragma once
// A sparse autoencoder, everything known at run time. Immutable: any number of threads share one. What it computes are
// SAELens 6's formulas (docs/15_saes.md); a row's bits depend on neither the other rows nor the number of threads.
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/select.hpp>
#include <tl/model/run_options.hpp>
#include <tl/sae/encoded.hpp>
#include <tl/sae/sae_point.hpp>
#include <tl/sae/sae_rows.hpp>
#include <tl/sae/sae_weights.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Storage: of W_enc, W_dec and W_skip, float or bf16. Biases, thresholds and everything computed are float.
template <StorageType Storage = float>
class DynamicSae {
  static_assert(!std::same_as<Storage, int8>, "tl: an SAE is stored as float or bf16");

 public:
  using storage_type = Storage;
  using Rows = Tensor<float, Dim<"row">, Dim<"d_out">>;

  // Packs the weights. Throws Error where check_sae() does.
  DynamicSae(const SaeConfig& config, const SaeWeights& weights, RunOptions options = {});

  const SaeConfig& config() const { return config_; }
  // The tensors back, as they are stored.
  SaeWeights weights() const;
  // Row `feature` of W_dec, [d_out]. Throws Error where there is no such feature.
  std::vector<float> decoder_row(std::size_t feature) const;

  // The features of rows of d_in. TopK: of equal ones those of lower index; a feature of 0 is not active. A row whose
  // norm is 0 stays one under constant_norm_rescale. Throws Error where the rows have another width.
  Encoded encode(SaeRows x, RunOptions options = {}) const;
  // What the features say: f W_dec + b_dec, the normalisation undone. Only active rows of W_dec are read. Throws Error
  // where the features are of another SAE's width.
  Rows decode(const Encoded& encoded, RunOptions options = {}) const;
  // The same to out [rows, d_out].
  void decode(const Encoded& encoded, float* out, RunOptions options = {}) const;
  // Adds what a skip transcoder adds to what is decoded, x W_skip^T, to out [rows, d_out]; of others nothing.
  void add_skip(SaeRows x, float* out, RunOptions options = {}) const;
  // decode(encode(x)), and add_skip.
  Rows operator()(SaeRows x, RunOptions options = {}) const;
  // The values at one of SAELens' hook points, [row, width(point)].
  Tensor<float, Dim<"row">, Dim<"width">> at(SaePoint point, SaeRows x, RunOptions options = {}) const;

  // y [d_out] = the sum of what the features' values decode to: no bias, no normalisation undone.
  void sum_features(std::span<const std::uint32_t> features, std::span<const float> values, float* y) const;
  // Elements of a row at a point.
  std::size_t width(SaePoint point) const {
    if (point == SaePoint::acts_pre || point == SaePoint::acts_post) return config_.d_sae;
    return point == SaePoint::input ? config_.d_in : config_.d_out;
  }

 private:
  struct Prepared;
  struct Active;
  Prepared prepare(SaeRows x, int threads) const;
  void encode_block(const kernels::LinearInput<Storage>& rows, std::size_t first_column, std::size_t last_column,
                    Active* active) const;
  void pre_activations(SaeRows x, float* out, int threads) const;
  void require(SaeRows x) const;
  kernels::PackedMatrix<Storage> W_enc() const { return {W_enc_.data(), config_.d_in, config_.d_sae}; }
  kernels::PackedMatrix<Storage> W_skip() const { return {W_skip_.data(), config_.d_in, config_.d_out}; }
  kernels::Selection selection(std::size_t first_column) const;
  const float* bias() const { return b_enc_.empty() ? nullptr : b_enc_.data(); }

  SaeConfig config_;
  AlignedVector<Storage> W_enc_, W_skip_;  // packed
  AlignedVector<Storage> W_dec_;           // [d_sae, d_out]
  AlignedVector<float> b_enc_, b_dec_;
  // A feature is scale * (its product + b_enc) + shift, where the product + b_enc is above threshold; empty: as it is.
  // gated: scale = e^r_mag, shift = b_mag, threshold = -b_gate. topk with decoder norms: scale is those.
  AlignedVector<float> threshold_, scale_, shift_;
  AlignedVector<float> r_mag_;         // gated
  AlignedVector<float> inverse_norm_;  // topk with decoder norms: what decoding multiplies by
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/dynamic_sae-inl.hpp>
#endif
