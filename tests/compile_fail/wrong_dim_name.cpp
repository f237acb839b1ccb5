// expect: tl: this tensor has no dimension of that name
#include <tl/core/tensor.hpp>

std::size_t positions(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>> view) {
  return view.extent<TL_WRONG("position", "pos")>();
}
