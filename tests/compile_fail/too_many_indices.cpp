// expect: tl: more indices than the tensor has dimensions
#include <tl/core/tensor.hpp>

float last(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>> residual,
           tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"head", 12>, tl::Dim<"d_head", 64>> z) {
  return *&TL_WRONG(residual, z)(3, 11, 63);
}
