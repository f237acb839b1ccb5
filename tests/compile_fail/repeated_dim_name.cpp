// expect: tl: the dimensions of one tensor need distinct names
#include <tl/core/tensor.hpp>

tl::Tensor<float, tl::Dim<"pos">, tl::Dim<TL_WRONG("pos", "key_pos")>> pattern(4, 4);
