#pragma once
// The elements of a row that count, side by side.
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

// Which elements x[i] of a row are selected, and what is kept of them: v = x[i] where `scale` is null, else the fused
// x[i] scale[i] + shift[i]; selected where neither x[i] <= threshold[i] (null: no such test) nor v <= floor. So a NaN
// is selected.
struct Selection {
  const float* threshold = nullptr;
  const float* scale = nullptr;
  const float* shift = nullptr;  // null: zeros
  float floor = 0;
};
// How far beyond the last selected element memory is written.
inline constexpr std::size_t select_slack = 16;

// Writes first + i and v of each selected i of [0, n), in order, and returns how many. indices and values have room for
// n + select_slack.
std::size_t select(const float* x, std::size_t n, const Selection& selection, std::uint32_t first,
                   std::uint32_t* indices, float* values);

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/dispatch-inl.hpp>
#endif
