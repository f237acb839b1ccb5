#pragma once
// The length of a gradient, for clipping.
#include <cmath>
#include <span>
#include <tl/kernels/sparse.hpp>
#include <tl/train/trained_tensor.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Of all tensors' gradients together. NaN where one of them is.
inline double gradient_norm(std::span<const TrainedTensor> tensors, int threads) {
  constexpr std::size_t row = 4096;
  double square = 0;
  std::vector<float> squares;
  for (const TrainedTensor& tensor : tensors) {
    const float* const g = tensor.gradient.data();
    const std::size_t rows = tensor.gradient.size() / row, left = tensor.gradient.size() % row;
    squares.resize(rows + 1);
    kernels::row_dots(g, g, rows, row, squares.data(), threads);
    kernels::row_dots(g + rows * row, g + rows * row, 1, left, squares.data() + rows, 1);
    for (const float each : squares) square += static_cast<double>(each);
  }
  return std::sqrt(square);
}

// What a gradient of that norm is multiplied by so that it is no longer than `most` (as torch's clip_grad_norm_).
inline double clipping_scale(double norm, double most) {
  const double scale = most / (norm + 1e-6);
  return scale < 1 ? scale : 1;
}

}  // namespace TL_NAMESPACE
