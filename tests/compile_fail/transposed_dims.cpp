// expect: could not convert
#include <tl/core/tensor.hpp>

void mix(tl::TensorView<float, tl::Dim<"head">, tl::Dim<"pos">>);

tl::TensorView<float, tl::Dim<"pos">, tl::Dim<"head">> by_position(nullptr, {});
tl::TensorView<float, tl::Dim<"head">, tl::Dim<"pos">> by_head(nullptr, {});

void run() { mix(TL_WRONG(by_position, by_head)); }
