// expect: could not convert
#include <tl/core/tensor.hpp>

void project(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>>);

void run(tl::TensorView<float, tl::Dim<"pos">, tl::Dim<TL_WRONG("d_mlp", "d_model"), 768>> view) { project(view); }
