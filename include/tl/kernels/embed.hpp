#pragma once
// Rows of the embedding, read from the panels that the unembedding uses: a tied W_E is kept once.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
#include <tl/core/token.hpp>
#include <tl/kernels/packed_matrix.hpp>

namespace TL_NAMESPACE::kernels {

// W_E given as its packed transpose [d_model, d_vocab]; out [rows, d_model], row r = column tokens[r].
template <StorageType S>
void embed(const PackedMatrix<S>& transposed, const Token* tokens, std::size_t rows, float* out, int threads);
// table [n, d] row-major; out [rows, d], row r = table[index[r]].
void gather(const float* table, std::size_t d, const std::uint32_t* index, std::size_t rows, float* out, int threads);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
