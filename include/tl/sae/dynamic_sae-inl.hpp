#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <new>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/packed_matrix.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/sparse.hpp>
#include <tl/sae/check_sae.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/sae_normalise-inl.hpp>
#include <tl/sae/top_k-inl.hpp>

namespace TL_NAMESPACE {

namespace detail {

// A task is so many rows, 12 for each tile of the widest kernel. While it passes over a block of columns, the block
// (768 KiB in float), that and its pre-activations stay in a second-level cache, or nearly; and W_enc is read from
// memory once for so many rows, at a tenth of what memory gives.
inline constexpr std::size_t sae_tile = 12, sae_tiles = 8;
// Pre-activations that a task computes before it looks at them, and the least columns.
inline constexpr std::size_t sae_block = 24576, sae_columns = 256;

template <StorageType S>
AlignedVector<S> sae_packed(const float* w, std::size_t row_stride, std::size_t column_stride, std::size_t k,
                            std::size_t n, int threads) {
  AlignedVector<S> panels(kernels::packed_size<S>(k, n));
  kernels::pack(w, row_stride, column_stride, k, n, panels.data(), nullptr, threads);
  return panels;
}

// f(item) for every item in parallel; memory that cannot be had is an exception after the loop.
template <class F>
void for_each_item(std::size_t count, int threads, const F& f) {
  std::atomic<bool> out_of_memory = false;
  kernels::parallel_for(count, threads, [&](std::size_t item, int) {
    try {
      f(item);
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
    }
  });
  if (out_of_memory) throw std::bad_alloc();
}

}  // namespace detail

// The rows as the encoder reads them.
template <StorageType S>
struct DynamicSae<S>::Prepared {
  AlignedVector<float> x, scratch;
  std::vector<float> mean, scale;
  kernels::LinearInput<S> input;
};

// What is active of a row, or of a range of its columns, so far.
template <StorageType S>
struct DynamicSae<S>::Active {
  AlignedVector<std::uint32_t> indices;
  AlignedVector<float> values;
  std::size_t count = 0;
  float floor = 0;
};

template <StorageType S>
DynamicSae<S>::DynamicSae(const SaeConfig& config, const SaeWeights& weights, RunOptions options) : config_(config) {
  check_sae(config, weights);
  const int threads = options.resolved_threads();
  const std::size_t d_in = config.d_in, d_sae = config.d_sae, d_out = config.d_out;
  W_enc_ = detail::sae_packed<S>(weights.W_enc.data(), d_sae, 1, d_in, d_sae, threads);
  if (config.architecture == SaeArchitecture::skip_transcoder)
    W_skip_ = detail::sae_packed<S>(weights.W_skip.data(), 1, d_in, d_in, d_out, threads);
  W_dec_.resize(d_sae * d_out);
  for (std::size_t i = 0; i != W_dec_.size(); ++i) {
    if constexpr (std::same_as<S, float>) W_dec_[i] = weights.W_dec[i];
    else W_dec_[i] = to_bf16(weights.W_dec[i]);
  }
  b_enc_ = weights.b_enc;
  b_dec_ = weights.b_dec;

  if (config.architecture == SaeArchitecture::jumprelu) threshold_ = weights.threshold;
  if (config.architecture == SaeArchitecture::gated) {
    r_mag_ = weights.r_mag;
    shift_ = weights.b_mag;
    for (std::size_t i = 0; i != d_sae; ++i) {
      threshold_.push_back(-weights.b_gate[i]);
      scale_.push_back(std::exp(r_mag_[i]));
    }
  }
  if (config.rescale_acts_by_decoder_norm)
    for (std::size_t i = 0; i != d_sae; ++i) {
      double sum = 0;
      for (std::size_t c = 0; c != d_out; ++c) {
        const double w = weights.W_dec[i * d_out + c];
        sum += w * w;
      }
      scale_.push_back(static_cast<float>(std::sqrt(sum)));
      inverse_norm_.push_back(scale_.back() == 0 ? 0 : 1 / scale_.back());
    }
}

template <StorageType S>
SaeWeights DynamicSae<S>::weights() const {
  SaeWeights weights = SaeWeights::zeros(config_);
  const std::size_t d_in = config_.d_in, d_sae = config_.d_sae, d_out = config_.d_out;
  const auto W_enc = this->W_enc(), W_skip = this->W_skip();
  for (std::size_t i = 0; i != d_in; ++i)
    for (std::size_t j = 0; j != d_sae; ++j) weights.W_enc[i * d_sae + j] = W_enc(i, j);
  for (std::size_t i = 0; i != W_dec_.size(); ++i) weights.W_dec[i] = W_dec_[i];
  if (!W_skip_.empty())
    for (std::size_t c = 0; c != d_out; ++c)
      for (std::size_t i = 0; i != d_in; ++i) weights.W_skip[c * d_in + i] = W_skip(i, c);
  weights.b_enc = b_enc_;
  weights.b_dec = b_dec_;
  if (config_.architecture == SaeArchitecture::jumprelu) weights.threshold = threshold_;
  if (config_.architecture == SaeArchitecture::gated) {
    weights.r_mag = r_mag_;
    weights.b_mag = shift_;
    for (std::size_t i = 0; i != d_sae; ++i) weights.b_gate[i] = -threshold_[i];
  }
  return weights;
}

template <StorageType S>
std::vector<float> DynamicSae<S>::decoder_row(std::size_t feature) const {
  if (feature >= config_.d_sae)
    throw Error("feature ", feature, " was asked for, and this SAE has features 0 to ", config_.d_sae - 1);
  const S* row = W_dec_.data() + feature * config_.d_out;
  return {row, row + config_.d_out};
}

template <StorageType S>
void DynamicSae<S>::require(SaeRows x) const {
  if (x.rows != 0 && x.width != config_.d_in)
    throw Error("rows of ", x.width, " numbers were given to an SAE whose d_in is ", config_.d_in);
}

template <StorageType S>
typename DynamicSae<S>::Prepared DynamicSae<S>::prepare(SaeRows x, int threads) const {
  const std::size_t d = config_.d_in;
  const bool undone = !is_transcoder(config_.architecture) && detail::normalises(config_.normalisation);
  Prepared prepared;
  prepared.x.resize(x.rows * d);
  prepared.mean.resize(undone ? x.rows : 0);
  prepared.scale.resize(undone ? x.rows : 0);
  const float* b_dec = config_.apply_b_dec_to_input ? b_dec_.data() : nullptr;
  kernels::parallel_for(x.rows, kernels::useful_threads(x.rows * d, 1 << 14, threads), [&](std::size_t r, int) {
    float* const to = prepared.x.data() + r * d;
    const detail::RowScale row = detail::normalise(config_.normalisation, x.data + r * x.stride, d, to);
    if (undone) prepared.mean[r] = row.mean, prepared.scale[r] = row.scale;
    if (b_dec != nullptr)
      for (std::size_t c = 0; c != d; ++c) to[c] -= b_dec[c];
  });
  prepared.scratch.resize(kernels::linear_scratch<S>(x.rows, W_enc().depth()));
  prepared.input = kernels::linear_input<S>(prepared.x.data(), d, x.rows, W_enc(), prepared.scratch.data(), threads);
  return prepared;
}

template <StorageType S>
kernels::Selection DynamicSae<S>::selection(std::size_t first_column) const {
  const auto from = [&](const AlignedVector<float>& v) { return v.empty() ? nullptr : v.data() + first_column; };
  return {from(threshold_), from(scale_), from(shift_), 0.f};
}

// Columns [first_column, last_column), the first at a panel's begin, of some rows: active[0] is the first row's.
template <StorageType S>
void DynamicSae<S>::encode_block(const kernels::LinearInput<S>& rows, std::size_t first_column, std::size_t last_column,
                                 Active* active) const {
  constexpr std::size_t panel = kernels::panel_width;
  const std::size_t block = std::max(detail::sae_columns, detail::sae_block / rows.rows / panel * panel);
  const std::size_t k = config_.architecture == SaeArchitecture::topk ? config_.k : 0;
  const auto tile = allocate<float>(rows.rows * block);
  for (std::size_t first = first_column; first < last_column; first += block) {
    const std::size_t n = std::min(block, last_column - first);
    kernels::linear(rows, W_enc().columns(first, n), b_enc_.empty() ? nullptr : b_enc_.data() + first,
                    {tile.get(), block}, {}, 1);
    kernels::Selection selection = this->selection(first);
    for (std::size_t r = 0; r != rows.rows; ++r) {
      Active& own = active[r];
      const std::size_t room = own.count + n + kernels::select_slack;
      if (own.indices.size() < room) {
        own.indices.resize(std::max(room, 2 * own.indices.size()));
        own.values.resize(own.indices.size());
      }
      selection.floor = own.floor;
      own.count += kernels::select(tile.get() + r * block, n, selection, static_cast<std::uint32_t>(first),
                                   own.indices.data() + own.count, own.values.data() + own.count);
      if (k != 0 && own.count >= 4 * k) {
        own.floor = detail::keep_largest(own.indices.data(), own.values.data(), own.count, k);
        own.count = k;
      }
    }
  }
}

template <StorageType S>
Encoded DynamicSae<S>::encode(SaeRows x, RunOptions options) const {
  require(x);
  const int threads = options.resolved_threads();
  const std::size_t d_sae = config_.d_sae, rows = x.rows;
  Encoded encoded;
  SparseFeatures& features = encoded.features;
  features.d_sae = d_sae;
  features.row_starts.assign(rows + 1, 0);
  if (rows == 0) return encoded;
  Prepared prepared = prepare(x, threads);
  encoded.mean = std::move(prepared.mean);
  encoded.scale = std::move(prepared.scale);

  // Tasks are blocks of rows; where there are fewer than threads, by ranges of columns.
  const std::size_t tiles = (rows + detail::sae_tile - 1) / detail::sae_tile;
  const auto team = static_cast<std::size_t>(kernels::useful_threads(rows * d_sae * config_.d_in, 1 << 18, threads));
  std::size_t blocks = (tiles + detail::sae_tiles - 1) / detail::sae_tiles, ranges = 1;
  if (blocks >= team || tiles >= 4 * team) blocks = std::min(tiles, (blocks + team - 1) / team * team);
  else ranges = (team + blocks - 1) / blocks;
  const std::size_t panels = (d_sae + kernels::panel_width - 1) / kernels::panel_width;
  ranges = std::min(ranges, panels);
  std::vector<Active> active(rows * ranges);  // [range][row]
  detail::for_each_item(blocks * ranges, static_cast<int>(team), [&](std::size_t task) {
    const std::size_t block = task / ranges, range = task % ranges;
    const std::size_t first = std::min(rows, block * tiles / blocks * detail::sae_tile);
    const std::size_t last = std::min(rows, (block + 1) * tiles / blocks * detail::sae_tile);
    kernels::LinearInput<S> part = prepared.input;
    part.x += first * part.stride;
    part.rows = last - first;
    encode_block(part, range * panels / ranges * kernels::panel_width,
                 std::min(d_sae, (range + 1) * panels / ranges * kernels::panel_width),
                 active.data() + range * rows + first);
  });

  const bool top_k = config_.architecture == SaeArchitecture::topk;
  for (std::size_t r = 0; r != rows; ++r) {
    std::size_t count = 0;
    for (std::size_t range = 0; range != ranges; ++range) count += active[range * rows + r].count;
    if (top_k) count = std::min(count, config_.k);
    features.row_starts[r + 1] = features.row_starts[r] + count;
  }
  features.indices.resize(features.row_starts.back());
  features.values.resize(features.row_starts.back());
  detail::for_each_item(rows, kernels::useful_threads(features.indices.size(), 1 << 14, threads), [&](std::size_t r) {
    Active& whole = active[r];
    for (std::size_t range = 1; range < ranges; ++range) {
      const Active& next = active[range * rows + r];
      whole.indices.resize(whole.count + next.count);
      whole.values.resize(whole.count + next.count);
      std::copy_n(next.indices.data(), next.count, whole.indices.data() + whole.count);
      std::copy_n(next.values.data(), next.count, whole.values.data() + whole.count);
      whole.count += next.count;
    }
    const std::size_t first = features.row_starts[r], count = features.row_starts[r + 1] - first;
    if (top_k) {
      if (count != whole.count) detail::keep_largest(whole.indices.data(), whole.values.data(), whole.count, count);
      detail::sort_by_index(whole.indices.data(), whole.values.data(), count);
    }
    std::copy_n(whole.indices.data(), count, features.indices.data() + first);
    std::copy_n(whole.values.data(), count, features.values.data() + first);
  });
  return encoded;
}

template <StorageType S>
void DynamicSae<S>::decode(const Encoded& encoded, float* out, RunOptions options) const {
  const SparseFeatures& features = encoded.features;
  if (features.d_sae != config_.d_sae)
    throw Error("features of an SAE whose d_sae is ", features.d_sae, " were given to one whose d_sae is ",
                config_.d_sae);
  const std::size_t d = config_.d_out;
  const int threads = options.resolved_threads();
  const float* values = features.values.data();
  std::vector<float> rescaled;
  if (!inverse_norm_.empty()) {
    rescaled = features.values;
    for (std::size_t i = 0; i != rescaled.size(); ++i) rescaled[i] *= inverse_norm_[features.indices[i]];
    values = rescaled.data();
  }
  kernels::sparse_linear(features.view(), values, W_dec_.data(), d, b_dec_.data(), 0, out, threads);
  if (encoded.scale.empty()) return;
  for (std::size_t r = 0; r != features.rows(); ++r) detail::undo(encoded.mean[r], encoded.scale[r], d, out + r * d);
}

template <StorageType S>
typename DynamicSae<S>::Rows DynamicSae<S>::decode(const Encoded& encoded, RunOptions options) const {
  Rows out(encoded.features.rows(), config_.d_out);
  decode(encoded, out.data(), options);
  return out;
}

template <StorageType S>
void DynamicSae<S>::add_skip(SaeRows x, float* out, RunOptions options) const {
  if (W_skip_.empty() || x.rows == 0) return;
  require(x);
  const int threads = options.resolved_threads();
  AlignedVector<float> scratch(kernels::linear_scratch<S>(x.rows, W_skip().depth()));
  AlignedVector<float> skipped(x.rows * config_.d_out);
  const auto input = kernels::linear_input<S>(x.data, x.stride, x.rows, W_skip(), scratch.data(), threads);
  kernels::linear(input, W_skip(), nullptr, {skipped.data(), config_.d_out}, {}, threads);
  kernels::add(out, skipped.data(), out, skipped.size(), threads);
}

template <StorageType S>
typename DynamicSae<S>::Rows DynamicSae<S>::operator()(SaeRows x, RunOptions options) const {
  Rows out = decode(encode(x, options), options);
  add_skip(x, out.data(), options);
  return out;
}

template <StorageType S>
void DynamicSae<S>::pre_activations(SaeRows x, float* out, int threads) const {
  const Prepared prepared = prepare(x, threads);
  kernels::linear(prepared.input, W_enc(), bias(), {out, config_.d_sae}, {}, threads);
  if (config_.architecture != SaeArchitecture::gated) return;
  for (std::size_t r = 0; r != x.rows; ++r)
    for (std::size_t i = 0; i != config_.d_sae; ++i) {
      float& value = out[r * config_.d_sae + i];
      value = std::fma(value, scale_[i], shift_[i]);
    }
}

template <StorageType S>
Tensor<float, Dim<"row">, Dim<"width">> DynamicSae<S>::at(SaePoint point, SaeRows x, RunOptions options) const {
  require(x);
  Tensor<float, Dim<"row">, Dim<"width">> out(x.rows, width(point));
  if (x.rows == 0) return out;
  const auto copy = [&](const auto& from) { std::copy_n(from.data(), from.size(), out.data()); };
  if (point == SaePoint::input) {
    for (std::size_t r = 0; r != x.rows; ++r) std::copy_n(x.data + r * x.stride, x.width, &out(r, 0));
  } else if (point == SaePoint::acts_pre) {
    pre_activations(x, out.data(), options.resolved_threads());
  } else if (point == SaePoint::acts_post) {
    copy(encode(x, options).features.dense());
  } else if (point == SaePoint::recons) {
    Encoded encoded = encode(x, options);
    encoded.scale.clear();
    copy(decode(encoded, options));
  } else {
    copy((*this)(x, options));
    if (point == SaePoint::error) {
      if (is_transcoder(config_.architecture))
        throw Error("a transcoder has no hook_sae_error: what it is given is at another hook point than its output");
      for (std::size_t r = 0; r != x.rows; ++r)
        for (std::size_t c = 0; c != x.width; ++c) out(r, c) = x.data[r * x.stride + c] - out(r, c);
    }
  }
  return out;
}

template <StorageType S>
void DynamicSae<S>::sum_features(std::span<const std::uint32_t> features, std::span<const float> values,
                                 float* y) const {
  const std::size_t starts[]{0, features.size()};
  std::vector<float> weights(values.begin(), values.end());
  for (std::size_t i = 0; i != weights.size() && !inverse_norm_.empty(); ++i) weights[i] *= inverse_norm_[features[i]];
  kernels::sparse_linear({starts, features.data(), 1}, weights.data(), W_dec_.data(), config_.d_out, nullptr, 0, y, 1);
}

#ifndef TL_HEADER_ONLY
template class DynamicSae<float>;
template class DynamicSae<bf16>;
#endif

}  // namespace TL_NAMESPACE
