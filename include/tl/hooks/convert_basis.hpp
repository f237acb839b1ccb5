#pragma once
// A direction that was read in one residual basis, for a model in the other.
#include <cstddef>
#include <span>
#include <tl/hooks/name.hpp>
#include <tl/hooks/steer.hpp>

namespace TL_NAMESPACE {

namespace detail {
// Of each vector of `width` elements.
inline void take_means_out(std::span<float> vectors, std::size_t width) {
  for (std::size_t first = 0; first != vectors.size(); first += width) {
    const auto vector = vectors.subspan(first, width);
    double sum = 0;
    for (const float x : vector) sum += static_cast<double>(x);
    const double mean = sum / static_cast<double>(width);
    for (float& x : vector) x = static_cast<float>(static_cast<double>(x) - mean);
  }
}
}  // namespace detail

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
    detail::take_means_out(converted.vector.values(), shape[shape.size() - 1]);
  }
  return converted;
}

}  // namespace TL_NAMESPACE
