#pragma once
// Activations and sums, element by element; y may be x.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))), GPT-2's own ("gelu_new").
void gelu_tanh(const float* x, float* y, std::size_t n, int threads);
// x/2 (1 + erf(x / sqrt 2)).
void gelu_exact(const float* x, float* y, std::size_t n, int threads);
// max(x, 0).
void relu(const float* x, float* y, std::size_t n, int threads);
// y = a + b.
void add(const float* a, const float* b, float* y, std::size_t n, int threads);
// y = y + alpha * x, one fused multiply-add an element.
void add_scaled(float alpha, const float* x, float* y, std::size_t n, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
