#pragma once
// The kernels whose bodies differ by instruction set, as a table of functions: one table a set, filled by
// src/kernels_<set>.cpp with that set's compiler flags. The functions of linear.hpp, attention.hpp ... call the one in
// use.
#include <cstddef>
#include <tl/kernels/instruction_set.hpp>

namespace TL_NAMESPACE::kernels {

struct PackedMatrix;  // linear.hpp
struct Columns;
struct Pasts;  // attention.hpp
struct KeyValues;

struct KernelTable {
  InstructionSet set;
  void (*linear)(const float* x, std::size_t x_stride, std::size_t rows, PackedMatrix w, const float* bias, float* y,
                 std::size_t y_stride, Columns columns, int threads);

  void (*layer_norm_scale)(const float* x, std::size_t rows, std::size_t d, float epsilon, float* scale, int threads);
  void (*layer_norm_normalize)(const float* x, const float* scale, std::size_t rows, std::size_t d, float* normalized,
                               int threads);
  void (*layer_norm_affine)(const float* normalized, const float* w, const float* b, std::size_t rows, std::size_t d,
                            float* out, int threads);
  void (*layer_norm)(const float* x, const float* w, const float* b, std::size_t rows, std::size_t d, float epsilon,
                     float* out, int threads);

  void (*gelu_tanh)(const float* x, float* y, std::size_t n, int threads);
  void (*gelu_exact)(const float* x, float* y, std::size_t n, int threads);
  void (*relu)(const float* x, float* y, std::size_t n, int threads);
  void (*add)(const float* a, const float* b, float* y, std::size_t n, int threads);
  void (*add_scaled)(float alpha, const float* x, float* y, std::size_t n, int threads);

  void (*attention)(const float* q, Pasts pasts, KeyValues cache, float* z, float* scratch, int threads);
  void (*attention_scores)(const float* q, Pasts pasts, KeyValues cache, float* scores, int threads);
  void (*attention_softmax)(Pasts pasts, std::size_t n_head, float* scores, int threads);
  void (*attention_mix)(const float* pattern, Pasts pasts, KeyValues cache, float* z, int threads);

  void (*log_sum_exp)(const float* x, std::size_t rows, std::size_t n, float* out, int threads);
  void (*softmax)(const float* x, std::size_t rows, std::size_t n, float* y, int threads);
};

// The table of a set. Throws Error where this build lacks it or this processor cannot run it.
const KernelTable& table(InstructionSet set);
// That of instruction_set().
const KernelTable& table();

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
