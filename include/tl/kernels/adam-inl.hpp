#pragma once
// Body of adam.hpp, once an instruction set.
#include <tl/kernels/adam.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

template <class Arch>
void adam(const AdamFactors& f, const float* g, float* m, float* v, float* w, std::size_t n, int threads) {
  using V = simd::Vector<Arch>;
  constexpr std::size_t width = simd::width<Arch>, chunk = 8192;
  const V scale(f.gradient_scale), rest1(1 - f.beta1), beta2(f.beta2), rest2(1 - f.beta2), epsilon(f.epsilon),
      minus_rate(-f.rate), second_scale(f.second_scale);
  const auto step = [=](V gradient, V& first, V& second, V& weight) {
    gradient = simd::product(gradient, scale);
    first = simd::fma(rest1, gradient - first, first);
    second = simd::fma(rest2, simd::product(gradient, gradient), simd::product(beta2, second));
    weight = simd::fma(minus_rate, first / simd::fma(second_scale, simd::square_root(second), epsilon), weight);
  };
  parallel_for((n + chunk - 1) / chunk, useful_threads(n, 2 * chunk, threads), [=](std::size_t item, int) {
    const std::size_t last = n - item * chunk < chunk ? n : (item + 1) * chunk;
    std::size_t i = item * chunk;
    for (; i + width <= last; i += width) {
      V first = simd::load<Arch>(m + i), second = simd::load<Arch>(v + i), weight = simd::load<Arch>(w + i);
      step(simd::load<Arch>(g + i), first, second, weight);
      simd::store(m + i, first), simd::store(v + i, second), simd::store(w + i, weight);
    }
    if (const std::size_t left = last - i; left != 0) {
      V first = simd::load<Arch>(m + i, left), second = simd::load<Arch>(v + i, left),
        weight = simd::load<Arch>(w + i, left);
      step(simd::load<Arch>(g + i, left), first, second, weight);
      simd::store(m + i, first, left), simd::store(v + i, second, left), simd::store(w + i, weight, left);
    }
  });
}

}  // namespace TL_NAMESPACE::kernels::detail
