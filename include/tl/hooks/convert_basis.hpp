#pragma once
// A direction that was read in one residual basis, for a model in the other.
#include <cstddef>
#include <tl/hooks/name.hpp>
#include <tl/hooks/steer.hpp>

namespace TL_NAMESPACE {

// convert_basis<Basis::centred>(v): adding the result to the centred stream does what adding v to the raw one does.
// - raw to centred: each vector of d_model elements loses its mean, as the stream did.
// - centred to raw: the same numbers. Only LayerNorms read the raw stream, and they see no mean: v does there what each
//   vector does that differs from it by a constant.
// At a point that is not of the residual stream (heads' inner values, MLPs, after a LayerNorm) the bases are one.
template <Basis To, fixed_string Name, Basis From, class... Ds>
Direction<Name, To, Ds...> convert_basis(const Direction<Name, From, Ds...>& v) {
  Direction<Name, To, Ds...> converted{clone(v.vector.view())};
  if constexpr (From == Basis::raw && To == Basis::centred && is_residual(ref_of<Name>.point)) {
    const auto shape = converted.vector.shape().extents();
    const std::size_t width = shape[shape.size() - 1];
    for (float* row = converted.vector.data(); row != converted.vector.data() + converted.vector.size(); row += width) {
      double sum = 0;
      for (std::size_t i = 0; i != width; ++i) sum += static_cast<double>(row[i]);
      const double mean = sum / static_cast<double>(width);
      for (std::size_t i = 0; i != width; ++i) row[i] = static_cast<float>(static_cast<double>(row[i]) - mean);
    }
  }
  return converted;
}

}  // namespace TL_NAMESPACE
