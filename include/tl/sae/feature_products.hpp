#pragma once
// The products that training needs of a batch's features: sparse where few are active, through the dense kernels where
// many are, as early in the training of an SAE with an L1 penalty. Which one depends on the number of entries alone.
#include <cstddef>
#include <tl/core/aligned_memory.hpp>
#include <tl/core/namespace.hpp>
#include <tl/sae/sparse_features.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Keeps its memory from call to call. Entries of `features` have values of the caller's: `values` [entries].
class FeatureProducts {
 public:
  FeatureProducts(std::size_t d_sae, int threads) : d_sae_(d_sae), threads_(threads) {}

  // out[row] = start[row] + the sum of values W_dec[feature]: W_dec [d_sae, d], out [rows, d]; start as
  // sparse_linear's.
  void decode(const SparseFeatures& features, const float* values, const float* W_dec, std::size_t d,
              const float* start, std::size_t start_stride, float* out);
  // out[entry] = <x[row], W[feature]>: x [rows, d], W [d_sae, d].
  void dots(const SparseFeatures& features, const float* x, const float* W, std::size_t d, float* out);

  // The features that gradient() and sums() below go over.
  void by_feature(const SparseFeatures& features);
  // out[feature] += the sum over the feature's rows of values x[row]: x [rows, d], out [d_sae, d].
  void gradient(const float* values, const float* x, std::size_t d, float* out);
  // out[feature] += the sum over the feature's rows of values.
  void sums(const float* values, float* out);

  // out += the sum over rows of weights[row] x[row] (weights null: of x[row]); x [rows, d].
  void row_sum(const float* weights, const float* x, std::size_t rows, std::size_t d, float* out);

 private:
  bool is_dense(const SparseFeatures& features) const;
  void scatter(const SparseFeatures& features, const float* values, std::size_t first, std::size_t rows);
  void scatter_transposed(const SparseFeatures& features, const float* values, std::size_t first, std::size_t rows);
  template <class F>
  void in_parallel(std::size_t count, const F& f);

  std::size_t d_sae_;
  int threads_;
  const SparseFeatures* features_ = nullptr;  // of by_feature
  std::vector<std::size_t> starts_, order_;   // its entries, feature by feature, in the order of rows
  std::vector<std::uint32_t> rows_;           // the row of each
  std::vector<float> sorted_;
  AlignedVector<float> dense_, product_, panels_;
};

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/feature_products-inl.hpp>
#endif
