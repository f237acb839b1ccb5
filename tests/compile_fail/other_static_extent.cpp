// expect: could not convert
#include <tl/core/tensor.hpp>

void project(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>>);

void run(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", TL_WRONG(1024, 768)>> view) { project(view); }
