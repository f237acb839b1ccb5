#pragma once
// exp and erf on vectors, each step an fma: the same bits for any setting of the compiler. Coefficients: our own
// minimax fits (Remez); errors below are those of the polynomial alone, tests measure the whole in ULP.
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::simd {

// c[0] + c[1] x + c[2] x^2 ... by Horner's rule.
template <class A, std::size_t N>
Batch<A> polynomial(Batch<A> x, const float (&c)[N]) {
  Batch<A> y(c[N - 1]);
  for (std::size_t i = N - 1; i-- != 0;) y = fma(y, x, Batch<A>(c[i]));
  return y;
}

// e^x = 2^n e^r, |r| <= ln(2) / 2; e^r = 1 + r + r^2 Q(r) within 2^-27. Zero below -104, infinity above 88.73, NaN of
// NaN.
template <class A>
Batch<A> exp(Batch<A> x) {
  constexpr float q[] = {0.50000000271f, 0.166665766465f, 0.0416663740643f, 0.00836323506477f, 0.00139412195116f};
  const Batch<A> magic(12582912.f), one(1.f);
  x = minimum(Batch<A>(89.f), maximum(Batch<A>(-104.f), x));
  const Batch<A> n = fma(x, Batch<A>(1.44269504f), magic) - magic;
  // ln 2 in two parts; n times the first is exact, so that sets without fma reduce as well.
  const Batch<A> r = fma(n, Batch<A>(2.12194440e-4f), fma(n, Batch<A>(-0.693359375f), x));
  const Batch<A> power = fma(product(r, r), polynomial(r, q), r) + one;
  return scale_by_power_of_two(power, n);
}

// Below 0.9, x P(x^2), within 2^-31; above, 1 - e^-p(|x|) with p = -log(erfc), within 2^-29; NaN of NaN.
template <class A>
Batch<A> erf(Batch<A> x) {
  constexpr float near[] = {1.12837916676f,    -0.376126349799f,    0.11283715033f,  -0.0268605084734f,
                            0.00520385918666f, -0.000817563960694f, 8.5131054317e-5f};
  constexpr float log_erfc[] = {-0.000177505888874f, -1.12774951444f,    -0.637059836575f,  -0.104037284266f,
                                0.0222770497829f,    -0.00305559796554f, 0.000197180723434f};
  const Batch<A> size = xsimd::abs(x), one(1.f);
  const Batch<A> small = product(x, polynomial(product(x, x), near));
  const Batch<A> large = one - exp(polynomial(minimum(Batch<A>(4.f), size), log_erfc));
  const Batch<A> sign = x & Batch<A>(-0.f);
  return xsimd::select(size < Batch<A>(0.9f), small, large | sign);
}

}  // namespace TL_NAMESPACE::kernels::simd
