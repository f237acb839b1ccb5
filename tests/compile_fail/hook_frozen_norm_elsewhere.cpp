// expect: tl: frozen_norm takes the name of a LayerNorm's hook_scale
#include <tl/hooks/patch.hpp>

auto make(tl::TensorView<const float, tl::Dim<"pos">, tl::Dim<"scale", 1>> captured) {
  return tl::frozen_norm<TL_WRONG("blocks.3.ln1.hook_normalized", "blocks.3.ln1.hook_scale")>(captured);
}
