// expect: assignment of read-only location
#include <tl/core/tensor.hpp>

void run(const tl::Tensor<float, tl::Dim<"pos">>& read_only, tl::Tensor<float, tl::Dim<"pos">>& writable) {
  TL_WRONG(read_only, writable)(0) = 1;
}
