// expect: could not convert
#include <tl/core/tensor.hpp>

void overwrite(tl::TensorView<float, tl::Dim<"pos">>);

void run(tl::TensorView<TL_WRONG(const float, float), tl::Dim<"pos">> view) { overwrite(view); }
