// expect: tl: a patch takes a captured array, with a dimension pos
#include <tl/hooks/patch.hpp>

auto make(tl::TensorView<const float, tl::Dim<TL_WRONG("row", "pos")>, tl::Dim<"d_model", 768>> source) {
  return tl::patch<"blocks.3.hook_resid_pre">(source);
}
