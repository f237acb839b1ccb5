#pragma once
// Body of select.hpp, once an instruction set.
#include <tl/kernels/simd.hpp>
#include <tl/kernels/select.hpp>

namespace TL_NAMESPACE::kernels::detail {

// One vector of a row: the selected of its first `lanes` lanes.
template <class Arch>
std::size_t select_vector(simd::Vector<Arch> x, const Selection& s, std::size_t i, std::size_t lanes,
                          std::uint32_t first, std::uint32_t* indices, float* values) {
  using V = simd::Vector<Arch>;
  const auto loaded = [&](const float* p) {
    return lanes == simd::width<Arch> ? simd::load<Arch>(p + i) : simd::load<Arch>(p + i, lanes);
  };
  V v = x;
  if (s.scale != nullptr) v = simd::fma(x, loaded(s.scale), s.shift != nullptr ? loaded(s.shift) : V(0.f));
  unsigned chosen = simd::not_at_most(v, V(s.floor)) & ((1u << lanes) - 1);
  if (s.threshold != nullptr && chosen != 0) chosen &= simd::not_at_most(x, loaded(s.threshold));
  if (chosen == 0) return 0;
  simd::store_chosen(values, v, chosen);
  simd::store_chosen_lanes<typename Arch::xsimd_arch>(indices, first + static_cast<std::uint32_t>(i), chosen);
  return static_cast<std::size_t>(__builtin_popcount(chosen));
}

template <class Arch>
std::size_t select(const float* x, std::size_t n, const Selection& s, std::uint32_t first, std::uint32_t* indices,
                   float* values) {
  constexpr std::size_t width = simd::width<Arch>;
  std::size_t count = 0, i = 0;
  for (; i + width <= n; i += width)
    count += select_vector<Arch>(simd::load<Arch>(x + i), s, i, width, first, indices + count, values + count);
  if (i != n)
    count += select_vector<Arch>(simd::load<Arch>(x + i, n - i), s, i, n - i, first, indices + count, values + count);
  return count;
}

}  // namespace TL_NAMESPACE::kernels::detail
