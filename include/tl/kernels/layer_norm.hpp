#pragma once
// LayerNorm in the three steps that its hook points show, and all three at once with the same bits.
//   scale = sqrt(mean((x - mean(x))^2) + epsilon);  normalized = (x - mean(x)) / scale;  out = normalized * w + b
#include <cstddef>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// x [rows, d] -> scale [rows].
void layer_norm_scale(const float* x, std::size_t rows, std::size_t d, float epsilon, float* scale, int threads);
// x [rows, d], scale [rows] (maybe edited) -> normalized [rows, d].
void layer_norm_normalize(const float* x, const float* scale, std::size_t rows, std::size_t d, float* normalized,
                          int threads);
// normalized [rows, d], w [d], b [d] -> out [rows, d].
void layer_norm_affine(const float* normalized, const float* w, const float* b, std::size_t rows, std::size_t d,
                       float* out, int threads);
// The three in one pass over memory.
void layer_norm(const float* x, const float* w, const float* b, std::size_t rows, std::size_t d, float epsilon,
                float* out, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
