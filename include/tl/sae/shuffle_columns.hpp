#pragma once
// Rows with the same marginals and nothing else: what an SAE learns of these it did not learn from how values go
// together.
#include <cstddef>
#include <tl/core/namespace.hpp>
#include <tl/core/philox.hpp>

namespace TL_NAMESPACE {

// Permutes each column of x [rows, d] by itself. The key decides how, on any number of threads.
void shuffle_columns(float* x, std::size_t rows, std::size_t d, RandomKey key, int threads);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/shuffle_columns-inl.hpp>
#endif
