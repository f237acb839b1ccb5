#pragma once
// One step of Adam (Kingma and Ba, 2015), one pass over memory.
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// What a step multiplies by: the bias corrections of step t are in `rate` and `second_scale`.
struct AdamFactors {
  float gradient_scale;  // the gradient counts as so many times what is given: clipping
  float beta1, beta2, epsilon;
  float rate;          // learning rate / (1 - beta1^t)
  float second_scale;  // 1 / sqrt(1 - beta2^t)
};

// g' = gradient_scale g; m += (1 - beta1) (g' - m); v = beta2 v + (1 - beta2) g'^2;
// w -= rate m / (second_scale sqrt(v) + epsilon). All [n].
void adam(const AdamFactors& factors, const float* g, float* m, float* v, float* w, std::size_t n, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
