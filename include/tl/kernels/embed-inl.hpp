#pragma once
// Bodies of embed.hpp. They move numbers and compute next to nothing: one body serves every instruction set.
#include <algorithm>
#include <tl/kernels/embed.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::kernels {

inline constexpr std::size_t embed_grain = 1 << 14;

template <StorageType S>
void embed(const PackedMatrix<S>& transposed, const Token* tokens, std::size_t rows, float* out, int threads) {
  const std::size_t d = transposed.k;
  parallel_for(rows, useful_threads(rows * d, embed_grain, threads), [=](std::size_t row, int) {
    const auto token = static_cast<std::size_t>(tokens[row]);
    for (std::size_t i = 0; i != d; ++i) out[row * d + i] = transposed(i, token);
  });
}

#ifndef TL_HEADER_ONLY
template void embed(const PackedMatrix<float>&, const Token*, std::size_t, float*, int);
template void embed(const PackedMatrix<bf16>&, const Token*, std::size_t, float*, int);
template void embed(const PackedMatrix<int8>&, const Token*, std::size_t, float*, int);
#endif

TL_INLINE void gather(const float* table, std::size_t d, const std::uint32_t* index, std::size_t rows, float* out,
                      int threads) {
  parallel_for(rows, useful_threads(rows * d, embed_grain, threads),
               [=](std::size_t row, int) { std::copy_n(table + index[row] * d, d, out + row * d); });
}

}  // namespace TL_NAMESPACE::kernels
