#pragma once
// What an SAE encodes: rows of d_in numbers.
#include <cstddef>
#include <tl/core/tensor.hpp>

namespace TL_NAMESPACE {

// Any array whose first dimension are the rows, [row, d_model] or [pos, head, d_head]: the others are read as one,
// which is SAELens' reshape for hook_z. A view.
struct SaeRows {
  const float* data = nullptr;
  std::size_t rows = 0, width = 0;
  std::size_t stride = width;  // from a row to the next

  SaeRows(const float* first, std::size_t count, std::size_t wide) : SaeRows(first, count, wide, wide) {}
  SaeRows(const float* first, std::size_t count, std::size_t wide, std::size_t apart)
      : data(first), rows(count), width(wide), stride(apart) {}
  template <class T, class D, class... Ds>
  SaeRows(TensorView<T, D, Ds...> view)
      : SaeRows(view.data(), view.shape().extent(0),
                view.shape().extent(0) == 0 ? 0 : view.size() / view.shape().extent(0)) {}
  template <class... Ds>
  SaeRows(const Tensor<float, Ds...>& tensor) : SaeRows(tensor.view()) {}
};

}  // namespace TL_NAMESPACE
