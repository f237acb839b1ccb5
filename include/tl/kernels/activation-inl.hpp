#pragma once
// The activations of an MLP, one vector at a time: elementwise.hpp maps them over memory, and a linear layer may end
// with one.
#include <tl/kernels/math-inl.hpp>

namespace TL_NAMESPACE::kernels::detail {

// x / (1 + e^-2u) is x/2 (1 + tanh u), without the cancellation where u is very negative.
struct GeluTanh {
  template <class V>
  V operator()(V v) const {
    const V c1(-2 * 0.797884561f), c3(-2 * 0.0356774081f), one(1.f);  // -2 sqrt(2/pi), and that times 0.044715
    return v / (one + simd::exp(simd::product(v, simd::fma(simd::product(v, v), c3, c1))));
  }
};

struct GeluExact {
  template <class V>
  V operator()(V v) const {
    const V half = simd::product(v, V(0.5f));
    return simd::fma(half, simd::erf(simd::product(v, V(0.707106781f))), half);
  }
};

struct Relu {
  template <class V>
  V operator()(V v) const {
    return simd::maximum(V(0.f), v);
  }
};

}  // namespace TL_NAMESPACE::kernels::detail
