// expect: tl: the elements of a tensor are plain values
#include <string>
#include <tl/core/tensor.hpp>

tl::Tensor<TL_WRONG(std::string, float), tl::Dim<"pos">> words(5);
