#pragma once
// The kernels whose bodies differ by instruction set, as a table of functions: one table a set, filled by
// src/kernels_<set>.cpp with that set's compiler flags. The functions of linear.hpp, attention.hpp ... call the one in
// use.
#include <cstddef>
#include <cstdint>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/storage.hpp>

namespace TL_NAMESPACE::kernels {

template <StorageType>
struct PackedMatrix;  // packed_matrix.hpp
template <StorageType>
struct LinearInput;  // linear.hpp
struct LinearOutput;
struct Columns;
struct Pasts;  // attention.hpp
struct KeyValues;
struct BlockSum;     // softmax.hpp
struct Selection;    // select.hpp
struct SparseRows;   // sparse.hpp
struct AdamFactors;  // adam.hpp

template <StorageType S>
struct LinearKernels {
  LinearInput<S> (*input)(const float* x, std::size_t x_stride, std::size_t rows, const PackedMatrix<S>& w,
                          float* scratch, int threads);
  void (*product)(const LinearInput<S>& x, const PackedMatrix<S>& w, const float* bias, const LinearOutput& out,
                  Columns columns, int threads);
};

template <StorageType S>
using SparseLinear = void (*)(const SparseRows& entries, const float* values, const S* w, std::size_t n,
                              const float* start, std::size_t start_stride, float* y, int threads);

struct KernelTable {
  InstructionSet set;
  LinearKernels<float> linear_float;
  LinearKernels<bf16> linear_bf16;
  LinearKernels<int8> linear_int8;

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
  BlockSum (*block_sum)(const float* x, std::size_t n);
  float (*combine)(const BlockSum* blocks, std::size_t count);

  std::size_t (*select)(const float* x, std::size_t n, const Selection& selection, std::uint32_t first,
                        std::uint32_t* indices, float* values);
  SparseLinear<float> sparse_linear_float;
  SparseLinear<bf16> sparse_linear_bf16;
  void (*sampled_dots)(const SparseRows& entries, const float* x, const float* w, std::size_t n, float* out,
                       int threads);
  void (*row_dots)(const float* a, const float* b, std::size_t rows, std::size_t n, float* out, int threads);
  void (*adam)(const AdamFactors& factors, const float* g, float* m, float* v, float* w, std::size_t n, int threads);

  template <StorageType S>
  const LinearKernels<S>& linear() const {
    if constexpr (std::same_as<S, float>) return linear_float;
    else if constexpr (std::same_as<S, bf16>) return linear_bf16;
    else return linear_int8;
  }
  template <StorageType S>
  SparseLinear<S> sparse_linear() const {
    if constexpr (std::same_as<S, float>) return sparse_linear_float;
    else return sparse_linear_bf16;
  }
};

// The table of a set. Throws Error where this build lacks it or this processor cannot run it.
const KernelTable& table(InstructionSet set);
// That of instruction_set().
const KernelTable& table();

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
