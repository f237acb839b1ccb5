// expect: could not convert
#include <tl/core/tensor.hpp>

void one_head(tl::TensorView<float, tl::Dim<"d_head", 64>>);

void run(tl::TensorView<float, tl::Dim<"head", 12>, tl::Dim<"d_head", 64>> z) { one_head(TL_WRONG(z, z(3))); }
