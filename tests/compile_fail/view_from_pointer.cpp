// expect: could not convert
#include <tl/core/tensor.hpp>

using Residual = tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"d_model", 768>>;
void project(Residual);

void run(float* data, std::size_t n) { project(TL_WRONG(data, Residual(data, Residual::shape_type::of({n, 768})))); }
