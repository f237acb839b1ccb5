#pragma once
// A packed matrix and the memory it lies in.
#include <tl/core/tensor.hpp>
#include <tl/kernels/packed_matrix.hpp>
#include <vector>

template <tl::StorageType S>
class Packed {
 public:
  // W [k, n], row-major.
  Packed(const std::vector<float>& w, std::size_t k, std::size_t n)
      : k_(k), n_(n), memory_(tl::kernels::packed_size<S>(k, n) * sizeof(S) / sizeof(float)), scale_(n) {
    tl::kernels::pack(w.data(), n, 1, k, n, reinterpret_cast<S*>(memory_.data()), scale_.data(), 1);
  }
  tl::kernels::PackedMatrix<S> matrix() const {
    return {reinterpret_cast<const S*>(memory_.data()), k_, n_, scale_.data()};
  }

 private:
  std::size_t k_, n_;
  tl::Tensor<float, tl::Dim<"panels">> memory_;
  std::vector<float> scale_;
};
