#pragma once
// Element by element: y[i] = f(x[i]...), whole vectors, then the lanes that are left.
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

template <class Arch, class F, class... Inputs>
void map(std::size_t n, float* y, const F& f, const Inputs*... x) {
  constexpr std::size_t width = simd::width<Arch>;
  std::size_t i = 0;
  for (; i + width <= n; i += width) simd::store(y + i, f(simd::load<Arch>(x + i)...));
  if (i != n) simd::store(y + i, f(simd::load<Arch>(x + i, n - i)...), n - i);
}

}  // namespace TL_NAMESPACE::kernels::detail
