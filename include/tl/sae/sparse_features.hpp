#pragma once
// Features of rows as what is not zero of them.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/tensor.hpp>
#include <tl/kernels/sparse.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Those of row r are entries [row_starts[r], row_starts[r + 1]): a feature, in ascending order, and its value.
struct SparseFeatures {
  std::vector<std::size_t> row_starts{0};
  std::vector<std::uint32_t> indices;
  std::vector<float> values;
  std::size_t d_sae = 0;

  std::size_t rows() const { return row_starts.size() - 1; }
  std::size_t entries() const { return indices.size(); }
  kernels::SparseRows view() const { return {row_starts.data(), indices.data(), rows()}; }

  std::span<const std::uint32_t> indices_of(std::size_t row) const {
    return std::span(indices).subspan(row_starts[row], row_starts[row + 1] - row_starts[row]);
  }
  std::span<const float> values_of(std::size_t row) const {
    return std::span(values).subspan(row_starts[row], row_starts[row + 1] - row_starts[row]);
  }
  // 0 where the feature is not active.
  float operator()(std::size_t row, std::size_t feature) const {
    const auto active = indices_of(row);
    const auto found = std::lower_bound(active.begin(), active.end(), feature);
    if (found == active.end() || *found != feature) return 0;
    return values_of(row)[static_cast<std::size_t>(found - active.begin())];
  }
  Tensor<float, Dim<"row">, Dim<"d_sae">> dense() const {
    Tensor<float, Dim<"row">, Dim<"d_sae">> whole(rows(), d_sae);
    for (std::size_t row = 0; row != rows(); ++row)
      for (std::size_t i = row_starts[row]; i != row_starts[row + 1]; ++i) whole(row, indices[i]) = values[i];
    return whole;
  }
};

}  // namespace TL_NAMESPACE
