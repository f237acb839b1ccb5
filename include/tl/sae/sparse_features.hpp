#pragma once
// Features of rows as what is not zero of them.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
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
};

}  // namespace TL_NAMESPACE
