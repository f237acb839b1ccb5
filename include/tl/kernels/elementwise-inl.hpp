#pragma once
// Bodies of elementwise.hpp, once an instruction set.
#include <tl/kernels/elementwise.hpp>
#include <tl/kernels/map-inl.hpp>
#include <tl/kernels/math-inl.hpp>
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

// x / (1 + e^-2u) is x/2 (1 + tanh u), without the cancellation where u is very negative.
template <class Arch>
void gelu_tanh(const float* x, float* y, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  const auto f = [](V v) {
    const V c1(-2 * 0.797884561f), c3(-2 * 0.0356774081f), one(1.f);  // -2 sqrt(2/pi), and that times 0.044715
    return v / (one + simd::exp(simd::product(v, simd::fma(simd::product(v, v), c3, c1))));
  };
  detail::parallel_map<Arch>(n, threads, y, f, x);
}

template <class Arch>
void gelu_exact(const float* x, float* y, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  const auto f = [](V v) {
    const V half = simd::product(v, V(0.5f));
    return simd::fma(half, simd::erf(simd::product(v, V(0.707106781f))), half);
  };
  detail::parallel_map<Arch>(n, threads, y, f, x);
}

template <class Arch>
void relu(const float* x, float* y, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  detail::parallel_map<Arch>(
      n, threads, y, [](V v) { return simd::maximum(V(0.f), v); }, x);
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
