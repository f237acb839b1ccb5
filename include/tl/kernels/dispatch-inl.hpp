#pragma once
// The kernels as everybody calls them: through the table of the instruction set in use. Compiled once by
// src/kernels.cpp, or inline under TL_HEADER_ONLY, where there is one set and its bodies come along.
#include <algorithm>
#include <tl/core/error.hpp>
#include <tl/kernels/adam.hpp>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/embed-inl.hpp>
#include <tl/kernels/instruction_set-inl.hpp>
#include <tl/kernels/kernel_table.hpp>
#include <tl/kernels/key_values-inl.hpp>
#include <tl/kernels/layer_norm.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/packed_matrix-inl.hpp>
#include <tl/kernels/select.hpp>
#include <tl/kernels/softmax.hpp>
#include <tl/kernels/sparse.hpp>
#ifdef TL_HEADER_ONLY
#include <tl/kernels/kernel_table-inl.hpp>
#endif

namespace TL_NAMESPACE::kernels {

#ifdef TL_HEADER_ONLY
namespace detail {
template <class Arch>
const KernelTable& only_table() {
  if constexpr (requires { typename Arch::Base; }) {
    static const KernelTable table = table_over<Arch>(table_of<typename Arch::Base>);
    return table;
  } else {
    return table_of<Arch>;
  }
}
inline const KernelTable& built_table(InstructionSet) { return only_table<simd::native>(); }
}  // namespace detail
#else
namespace detail {
const KernelTable& built_table(InstructionSet set);  // src/kernels.cpp
}  // namespace detail
#endif

TL_INLINE const KernelTable& table(InstructionSet set) {
  const auto sets = available_instruction_sets();
  if (std::find(sets.begin(), sets.end(), set) == sets.end())
    throw Error("the kernels for ", name(set), " are not available here: this build or this processor lacks them");
  return detail::built_table(set);
}

TL_INLINE const KernelTable& table() {
  static const KernelTable& in_use = table(instruction_set());
  return in_use;
}

template <StorageType S>
LinearInput<S> linear_input(const float* x, std::size_t x_stride, std::size_t rows, const PackedMatrix<S>& w,
                            float* scratch, int threads) {
  return table().template linear<S>().input(x, x_stride, rows, w, scratch, threads);
}
template <StorageType S>
void linear(const LinearInput<S>& x, const PackedMatrix<S>& w, const float* bias, const LinearOutput& out,
            Columns columns, int threads) {
  table().template linear<S>().product(x, w, bias, out, columns, threads);
}
#ifndef TL_HEADER_ONLY
template LinearInput<float> linear_input(const float*, std::size_t, std::size_t, const PackedMatrix<float>&, float*,
                                         int);
template LinearInput<bf16> linear_input(const float*, std::size_t, std::size_t, const PackedMatrix<bf16>&, float*, int);
template LinearInput<int8> linear_input(const float*, std::size_t, std::size_t, const PackedMatrix<int8>&, float*, int);
template void linear(const LinearInput<float>&, const PackedMatrix<float>&, const float*, const LinearOutput&, Columns,
                     int);
template void linear(const LinearInput<bf16>&, const PackedMatrix<bf16>&, const float*, const LinearOutput&, Columns,
                     int);
template void linear(const LinearInput<int8>&, const PackedMatrix<int8>&, const float*, const LinearOutput&, Columns,
                     int);
#endif

TL_INLINE void layer_norm_scale(const float* x, std::size_t rows, std::size_t d, float epsilon, float* scale,
                                int threads) {
  table().layer_norm_scale(x, rows, d, epsilon, scale, threads);
}
TL_INLINE void layer_norm_normalize(const float* x, const float* scale, std::size_t rows, std::size_t d,
                                    float* normalized, int threads) {
  table().layer_norm_normalize(x, scale, rows, d, normalized, threads);
}
TL_INLINE void layer_norm_affine(const float* normalized, const float* w, const float* b, std::size_t rows,
                                 std::size_t d, float* out, int threads) {
  table().layer_norm_affine(normalized, w, b, rows, d, out, threads);
}
TL_INLINE void layer_norm(const float* x, const float* w, const float* b, std::size_t rows, std::size_t d,
                          float epsilon, float* out, int threads) {
  table().layer_norm(x, w, b, rows, d, epsilon, out, threads);
}

TL_INLINE void gelu_tanh(const float* x, float* y, std::size_t n, int threads) { table().gelu_tanh(x, y, n, threads); }
TL_INLINE void gelu_exact(const float* x, float* y, std::size_t n, int threads) {
  table().gelu_exact(x, y, n, threads);
}
TL_INLINE void relu(const float* x, float* y, std::size_t n, int threads) { table().relu(x, y, n, threads); }
TL_INLINE void add(const float* a, const float* b, float* y, std::size_t n, int threads) {
  table().add(a, b, y, n, threads);
}
TL_INLINE void add_scaled(float alpha, const float* x, float* y, std::size_t n, int threads) {
  table().add_scaled(alpha, x, y, n, threads);
}

// Each thread holds the scores of one group of rows of one head, rows 64 bytes aligned.
TL_INLINE std::size_t attention_scratch(std::size_t longest_past, int threads) {
  return (longest_past + 15) / 16 * 16 * attention_rows * static_cast<std::size_t>(threads < 1 ? 1 : threads);
}
TL_INLINE void attention(const float* q, Pasts pasts, KeyValues cache, float* z, float* scratch, int threads) {
  table().attention(q, pasts, cache, z, scratch, threads);
}
TL_INLINE void attention_scores(const float* q, Pasts pasts, KeyValues cache, float* scores, int threads) {
  table().attention_scores(q, pasts, cache, scores, threads);
}
TL_INLINE void attention_softmax(Pasts pasts, std::size_t n_head, float* scores, int threads) {
  table().attention_softmax(pasts, n_head, scores, threads);
}
TL_INLINE void attention_mix(const float* pattern, Pasts pasts, KeyValues cache, float* z, int threads) {
  table().attention_mix(pattern, pasts, cache, z, threads);
}

TL_INLINE void log_sum_exp(const float* x, std::size_t rows, std::size_t n, float* out, int threads) {
  table().log_sum_exp(x, rows, n, out, threads);
}
TL_INLINE void softmax(const float* x, std::size_t rows, std::size_t n, float* y, int threads) {
  table().softmax(x, rows, n, y, threads);
}

TL_INLINE std::size_t select(const float* x, std::size_t n, const Selection& selection, std::uint32_t first,
                             std::uint32_t* indices, float* values) {
  return table().select(x, n, selection, first, indices, values);
}

template <StorageType S>
void sparse_linear(const SparseRows& entries, const float* values, const S* w, std::size_t n, const float* start,
                   std::size_t start_stride, float* y, int threads) {
  table().template sparse_linear<S>()(entries, values, w, n, start, start_stride, y, threads);
}
#ifndef TL_HEADER_ONLY
template void sparse_linear(const SparseRows&, const float*, const float*, std::size_t, const float*, std::size_t,
                            float*, int);
template void sparse_linear(const SparseRows&, const float*, const bf16*, std::size_t, const float*, std::size_t,
                            float*, int);
#endif
TL_INLINE void sampled_dots(const SparseRows& entries, const float* x, const float* w, std::size_t n, float* out,
                            int threads) {
  table().sampled_dots(entries, x, w, n, out, threads);
}
TL_INLINE void row_dots(const float* a, const float* b, std::size_t rows, std::size_t n, float* out, int threads) {
  table().row_dots(a, b, rows, n, out, threads);
}

TL_INLINE void adam(const AdamFactors& factors, const float* g, float* m, float* v, float* w, std::size_t n,
                    int threads) {
  table().adam(factors, g, m, v, w, n, threads);
}

}  // namespace TL_NAMESPACE::kernels
