#pragma once
#include <algorithm>
#include <numeric>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/packed_matrix.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/sae/feature_products.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Rows that are multiplied together where features are dense: as many as keep them in the last-level cache, or nearly.
inline constexpr std::size_t dense_rows = 1024;
// Entries of a cache line.
inline constexpr std::size_t line_floats = cache_line / sizeof(float);
}  // namespace detail

template <class F>
void FeatureProducts::in_parallel(std::size_t count, const F& f) {
  kernels::parallel_for(count, threads_, [&](std::size_t item, int) { f(item); });
}

// One in four: there, 768 wide on two threads of a Zen 4, both take the same time.
TL_INLINE bool FeatureProducts::is_dense(const SparseFeatures& features) const {
  return features.entries() > features.rows() * d_sae_ / 4;
}

// dense_ [rows, d_sae] = rows [first, first + rows) of the features.
TL_INLINE void FeatureProducts::scatter(const SparseFeatures& features, const float* values, std::size_t first,
                                        std::size_t rows) {
  dense_.resize(detail::dense_rows * d_sae_);
  in_parallel(rows, [&](std::size_t r) {
    float* const row = dense_.data() + r * d_sae_;
    std::fill_n(row, d_sae_, 0.f);
    for (std::size_t e = features.row_starts[first + r]; e != features.row_starts[first + r + 1]; ++e)
      row[features.indices[e]] = values[e];
  });
}

// dense_ [d_sae, rows] = the transpose of that. Threads take whole cache lines of it.
TL_INLINE void FeatureProducts::scatter_transposed(const SparseFeatures& features, const float* values,
                                                   std::size_t first, std::size_t rows) {
  dense_.resize(detail::dense_rows * d_sae_);
  constexpr std::size_t line = detail::line_floats;
  in_parallel((rows + line - 1) / line, [&](std::size_t item) {
    const std::size_t begin = item * line, end = std::min(rows, begin + line);
    for (std::size_t i = 0; i != d_sae_; ++i) std::fill_n(dense_.data() + i * rows + begin, end - begin, 0.f);
    for (std::size_t r = begin; r != end; ++r)
      for (std::size_t e = features.row_starts[first + r]; e != features.row_starts[first + r + 1]; ++e)
        dense_[features.indices[e] * rows + r] = values[e];
  });
}

TL_INLINE void FeatureProducts::decode(const SparseFeatures& features, const float* values, const float* W_dec,
                                       std::size_t d, const float* start, std::size_t start_stride, float* out) {
  if (!is_dense(features)) {
    kernels::sparse_linear(features.view(), values, W_dec, d, start, start_stride, out, threads_);
    return;
  }
  panels_.resize(kernels::packed_size(d_sae_, d));
  kernels::pack(W_dec, d, 1, d_sae_, d, panels_.data(), nullptr, threads_);
  const kernels::PackedMatrix<float> w{panels_.data(), d_sae_, d};
  for (std::size_t first = 0; first < features.rows(); first += detail::dense_rows) {
    const std::size_t rows = std::min(detail::dense_rows, features.rows() - first);
    scatter(features, values, first, rows);
    const kernels::LinearInput<float> x{dense_.data(), d_sae_, rows};
    float* const y = out + first * d;
    if (start == nullptr || start_stride == 0) {
      kernels::linear(x, w, start, {y, d}, {}, threads_);
    } else {
      product_.resize(rows * d);
      if (start != out) std::copy_n(start + first * start_stride, rows * d, y);
      kernels::linear(x, w, nullptr, {product_.data(), d, kernels::Epilogue::add, y}, {}, threads_);
    }
  }
}

TL_INLINE void FeatureProducts::dots(const SparseFeatures& features, const float* x, const float* W, std::size_t d,
                                     float* out) {
  if (!is_dense(features)) {
    kernels::sampled_dots(features.view(), x, W, d, out, threads_);
    return;
  }
  panels_.resize(kernels::packed_size(d, d_sae_));
  kernels::pack(W, 1, d, d, d_sae_, panels_.data(), nullptr, threads_);
  const kernels::PackedMatrix<float> w{panels_.data(), d, d_sae_};
  dense_.resize(detail::dense_rows * d_sae_);
  for (std::size_t first = 0; first < features.rows(); first += detail::dense_rows) {
    const std::size_t rows = std::min(detail::dense_rows, features.rows() - first);
    kernels::linear(kernels::LinearInput<float>{x + first * d, d, rows}, w, nullptr, {dense_.data(), d_sae_}, {},
                    threads_);
    in_parallel(rows, [&](std::size_t r) {
      for (std::size_t e = features.row_starts[first + r]; e != features.row_starts[first + r + 1]; ++e)
        out[e] = dense_[r * d_sae_ + features.indices[e]];
    });
  }
}

TL_INLINE void FeatureProducts::by_feature(const SparseFeatures& features) {
  features_ = &features;
  starts_.assign(d_sae_ + 1, 0);
  for (const std::uint32_t feature : features.indices) ++starts_[feature + 1];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  if (is_dense(features)) return;
  order_.resize(features.entries()), rows_.resize(features.entries());
  std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
  for (std::size_t row = 0; row != features.rows(); ++row)
    for (std::size_t e = features.row_starts[row]; e != features.row_starts[row + 1]; ++e) {
      const std::size_t to = next[features.indices[e]]++;
      order_[to] = e, rows_[to] = static_cast<std::uint32_t>(row);
    }
}

TL_INLINE void FeatureProducts::gradient(const float* values, const float* x, std::size_t d, float* out) {
  const SparseFeatures& features = *features_;
  if (!is_dense(features)) {
    sorted_.resize(features.entries());
    for (std::size_t e = 0; e != sorted_.size(); ++e) sorted_[e] = values[order_[e]];
    kernels::sparse_linear({starts_.data(), rows_.data(), d_sae_}, sorted_.data(), x, d, out, d, out, threads_);
    return;
  }
  panels_.resize(kernels::packed_size(detail::dense_rows, d));
  product_.resize(d_sae_ * d);
  for (std::size_t first = 0; first < features.rows(); first += detail::dense_rows) {
    const std::size_t rows = std::min(detail::dense_rows, features.rows() - first);
    scatter_transposed(features, values, first, rows);
    kernels::pack(x + first * d, d, 1, rows, d, panels_.data(), nullptr, threads_);
    kernels::linear(kernels::LinearInput<float>{dense_.data(), rows, d_sae_},
                    kernels::PackedMatrix<float>{panels_.data(), rows, d}, nullptr,
                    {product_.data(), d, kernels::Epilogue::add, out}, {}, threads_);
  }
}

TL_INLINE void FeatureProducts::sums(const float* values, float* out) {
  const SparseFeatures& features = *features_;
  std::vector<double> sum(d_sae_);
  for (std::size_t e = 0; e != features.entries(); ++e) sum[features.indices[e]] += static_cast<double>(values[e]);
  for (std::size_t i = 0; i != d_sae_; ++i) out[i] += static_cast<float>(sum[i]);
}

TL_INLINE void FeatureProducts::row_sum(const float* weights, const float* x, std::size_t rows, std::size_t d,
                                        float* out) {
  const std::vector<float> ones(weights == nullptr ? rows : 0, 1.f);
  std::vector<std::uint32_t> all_rows(rows);
  std::iota(all_rows.begin(), all_rows.end(), 0u);
  const std::size_t starts[]{0, rows};
  kernels::sparse_linear({starts, all_rows.data(), 1}, weights == nullptr ? ones.data() : weights, x, d, out, 0, out,
                         threads_);
}

}  // namespace TL_NAMESPACE
