#pragma once
// Bodies of elementwise.hpp, once an instruction set.
#include <tl/kernels/activation-inl.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/map-inl.hpp>
#include <tl/kernels/parallel.hpp>

namespace TL_NAMESPACE::kernels {

namespace detail {
template <class Arch, class F, class... Inputs>
void parallel_map(std::size_t n, int threads, float* y, const F& f, const Inputs*... x) {
  constexpr std::size_t chunk = 8192;
  parallel_for((n + chunk - 1) / chunk, useful_threads(n, 2 * chunk, threads), [&](std::size_t item, int) {
    const std::size_t first = item * chunk;
    map<Arch>(n - first < chunk ? n - first : chunk, y + first, f, (x + first)...);
  });
}
}  // namespace detail

template <class Arch>
void gelu_tanh(const float* x, float* y, std::size_t n, int threads) {
  detail::parallel_map<Arch>(n, threads, y, detail::GeluTanh(), x);
}
template <class Arch>
void gelu_exact(const float* x, float* y, std::size_t n, int threads) {
  detail::parallel_map<Arch>(n, threads, y, detail::GeluExact(), x);
}
template <class Arch>
void relu(const float* x, float* y, std::size_t n, int threads) {
  detail::parallel_map<Arch>(n, threads, y, detail::Relu(), x);
}

template <class Arch>
void add(const float* a, const float* b, float* y, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  detail::parallel_map<Arch>(
      n, threads, y, [](V u, V v) { return u + v; }, a, b);
}

template <class Arch>
void add_scaled(float alpha, const float* x, float* y, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  const float* sum = y;
  detail::parallel_map<Arch>(
      n, threads, y, [alpha](V u, V v) { return simd::fma(V(alpha), u, v); }, x, sum);
}

}  // namespace TL_NAMESPACE::kernels
