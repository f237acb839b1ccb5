#pragma once
// A tensor as an xtensor expression that shares its memory. The only header that includes xtensor: 5 s to compile in a
// small file, where the library without it takes 0.3 s; so tl/tl.hpp leaves it out.
#include <tl/core/tensor.hpp>
#include <xtensor/xadapt.hpp>
#include <xtensor/xfixed.hpp>

namespace TL_NAMESPACE {

// Static extents become an xfixed_adaptor (the shape stays in the type), others an xtensor_adaptor of the same rank.
// Read and written in place; const where the view is. It must not outlive the tensor.
template <class T, class... Ds>
auto as_xtensor(const TensorView<T, Ds...>& view) {
  // The pointer is passed as an rvalue: xt::adapt keeps the type of what it is given, a reference included.
  if constexpr ((Ds::is_static && ...)) {
    return xt::adapt(view.data(), xt::xshape<Ds::extent...>{});
  } else {
    return xt::adapt(view.data(), view.size(), xt::no_ownership(), view.shape().extents());
  }
}
template <class T, class... Ds>
auto as_xtensor(Tensor<T, Ds...>& tensor) {
  return as_xtensor(tensor.view());
}
template <class T, class... Ds>
auto as_xtensor(const Tensor<T, Ds...>& tensor) {
  return as_xtensor(tensor.view());
}
template <class T, class... Ds>
void as_xtensor(Tensor<T, Ds...>&& tensor) = delete;  // the expression would outlive it

}  // namespace TL_NAMESPACE
