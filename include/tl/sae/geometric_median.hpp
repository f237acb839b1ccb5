#pragma once
// The point whose distances to the rows have the least sum, which outliers hardly move.
#include <cstddef>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Of rows x [rows, d], by Weiszfeld's iteration from their mean: at most 100, until the sum of distances changes by
// less than 1e-5 of itself. Throws Error where there are no rows.
std::vector<float> geometric_median(const float* x, std::size_t rows, std::size_t d, int threads);

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/geometric_median-inl.hpp>
#endif
