#pragma once
// The table of one instruction set, from the bodies.
#include <tl/kernels/adam-inl.hpp>
#include <tl/kernels/attention-inl.hpp>
#include <tl/kernels/elementwise-inl.hpp>
#include <tl/kernels/kernel_table.hpp>
#include <tl/kernels/layer_norm-inl.hpp>
#include <tl/kernels/linear-inl.hpp>
#include <tl/kernels/linear_input-inl.hpp>
#include <tl/kernels/select-inl.hpp>
#include <tl/kernels/softmax-inl.hpp>
#include <tl/kernels/sparse-inl.hpp>

namespace TL_NAMESPACE::kernels {

template <class Arch, StorageType S>
inline constexpr LinearKernels<S> linear_kernels_of{detail::linear_input<Arch, S>, detail::linear<Arch, S>};

template <class Arch>
inline constexpr KernelTable table_of{
    .set = Arch::set,
    .linear_float = linear_kernels_of<Arch, float>,
    .linear_bf16 = linear_kernels_of<Arch, bf16>,
    .linear_int8 = linear_kernels_of<Arch, int8>,
    .layer_norm_scale = layer_norm_scale<Arch>,
    .layer_norm_normalize = layer_norm_normalize<Arch>,
    .layer_norm_affine = layer_norm_affine<Arch>,
    .layer_norm = layer_norm<Arch>,
    .gelu_tanh = gelu_tanh<Arch>,
    .gelu_exact = gelu_exact<Arch>,
    .relu = relu<Arch>,
    .add = add<Arch>,
    .add_scaled = add_scaled<Arch>,
    .attention = attention<Arch>,
    .attention_scores = attention_scores<Arch>,
    .attention_softmax = attention_softmax<Arch>,
    .attention_mix = attention_mix<Arch>,
    .log_sum_exp = log_sum_exp<Arch>,
    .softmax = softmax<Arch>,
    .block_sum = block_sum<Arch>,
    .combine = combine<Arch>,
    .select = detail::select<Arch>,
    .sparse_linear_float = detail::sparse_linear<Arch, float>,
    .sparse_linear_bf16 = detail::sparse_linear<Arch, bf16>,
    .sampled_dots = detail::sampled_dots<Arch>,
    .row_dots = detail::row_dots<Arch>,
    .adam = detail::adam<Arch>,
};

// The table of a set with a Base, over that of the base.
template <class Arch>
KernelTable table_over(KernelTable base) {
  base.set = Arch::set;
  base.linear_bf16 = linear_kernels_of<Arch, bf16>;
  base.linear_int8 = linear_kernels_of<Arch, int8>;
  return base;
}

}  // namespace TL_NAMESPACE::kernels
