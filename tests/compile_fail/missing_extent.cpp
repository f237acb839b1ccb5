// expect: no matching function for call to
#include <tl/core/tensor.hpp>

tl::Tensor<float, tl::Dim<"pos">, tl::Dim<"d_model", TL_WRONG(tl::dynamic, 768)>> residual(5);
