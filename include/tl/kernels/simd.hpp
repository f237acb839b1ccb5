#pragma once
// The one door to SIMD: an instruction set as a type, and what xsimd 8.1 lacks or gets wrong. Only *-inl.hpp include
// it.
//
// Rule of the library: a product feeds an addition only through fma(). A compiler may contract x * y + z or not
// (-ffp-contract), and bits would depend on its mood; therefore kernels write product(), never `*`.
// Every function here and in the kernels has the instruction set in its template arguments, so that the linker never
// merges code compiled with other flags.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#ifdef TL_HEADER_ONLY
#include <tl/kernels/instruction_set-inl.hpp>
#else
#include <tl/kernels/instruction_set.hpp>
#endif
#include <tl/kernels/amx_tiles-inl.hpp>
#include <tl/kernels/storage.hpp>
#include <type_traits>
#include <xsimd/xsimd.hpp>
#if XSIMD_WITH_SSE2
#include <immintrin.h>
#endif

namespace TL_NAMESPACE::kernels::simd {

// What there is beside vectors of floats and integers of 32 bits: `dot_products` of bf16 and bytes, `Tiles`.
// linear_rows x linear_vectors accumulators make the tile of a matrix product, linear_depth numbers a row of x are
// copied for it; attention's is 6 rows by attention_vectors.
struct generic {
  static constexpr InstructionSet set = InstructionSet::generic;
#if XSIMD_WITH_SSE2
  using xsimd_arch = xsimd::sse2;
#else
  using xsimd_arch = xsimd::default_arch;
#endif
  static constexpr bool dot_products = false;
  static constexpr int linear_rows = 6, linear_vectors = 2, linear_depth = 400, attention_vectors = 2;
};
struct avx2 {
  static constexpr InstructionSet set = InstructionSet::avx2;
  using xsimd_arch = xsimd::fma3<xsimd::avx2>;
  static constexpr bool dot_products = false;
  static constexpr int linear_rows = 6, linear_vectors = 2, linear_depth = 400, attention_vectors = 2;
};
struct avx512 {
  static constexpr InstructionSet set = InstructionSet::avx512;
  using xsimd_arch = xsimd::avx512bw;
  static constexpr bool dot_products = false;
  static constexpr int linear_rows = 12, linear_vectors = 2, linear_depth = 800, attention_vectors = 4;
};
// The vectors of avx512 under another name, for what is compiled with the flags of more than avx512.
template <class Set>
struct VectorsOf : xsimd::avx512bw {};
struct avx512_bf16 : avx512 {
  using Base = avx512;  // whose kernels these are but for the linear layers of narrow storage
  static constexpr InstructionSet set = InstructionSet::avx512_bf16;
  using xsimd_arch = VectorsOf<avx512_bf16>;
  static constexpr bool dot_products = true;
};
struct amx : avx512_bf16 {
  static constexpr InstructionSet set = InstructionSet::amx;
  using xsimd_arch = VectorsOf<amx>;
  using Tiles = AmxTiles;
};

#ifdef TL_HEADER_ONLY
using native = TL_INSTRUCTION_SET;
#endif

}  // namespace TL_NAMESPACE::kernels::simd

#if XSIMD_WITH_AVX512BW
namespace xsimd::types {
XSIMD_DECLARE_SIMD_REGISTER_ALIAS(tl::kernels::simd::VectorsOf<tl::kernels::simd::avx512_bf16>, avx512bw);
XSIMD_DECLARE_SIMD_REGISTER_ALIAS(tl::kernels::simd::VectorsOf<tl::kernels::simd::amx>, avx512bw);
template <class T, class Set>
struct get_bool_simd_register<T, tl::kernels::simd::VectorsOf<Set>> {
  using type = simd_avx512_bool_register<T>;
};
}  // namespace xsimd::types
#endif

namespace TL_NAMESPACE::kernels::simd {

template <class A>
using Batch = xsimd::batch<float, A>;
template <class Arch>
using Vector = Batch<typename Arch::xsimd_arch>;
template <class Arch>
inline constexpr std::size_t width = Vector<Arch>::size;
template <class A>
using Integers = xsimd::batch<std::int32_t, A>;

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class A>
inline constexpr bool is_avx512 = std::is_base_of_v<xsimd::avx512bw, A>;
template <class A>
inline constexpr bool is_avx2 = std::is_same_v<A, xsimd::fma3<xsimd::avx2>>;

template <class Arch>
Vector<Arch> set(float value) {
  return Vector<Arch>(value);
}
template <class Arch>
Vector<Arch> load(const float* p) {
  return Vector<Arch>::load_unaligned(p);
}
// A vector of four-byte words, whatever type they have in memory.
template <class V>
V load_words(const void* p) {
  return V::load_unaligned(static_cast<const typename V::value_type*>(p));
}
template <class V>
void store_words(void* p, V v) {
  v.store_unaligned(static_cast<typename V::value_type*>(p));
}
template <class A>
void store(float* p, Batch<A> v) {
  v.store_unaligned(p);
}

#if XSIMD_WITH_AVX2
// The first `count` of 8 lanes.
template <class A>
__m256i lanes(std::size_t count) {
  static constexpr std::int32_t mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(mask + 8 - count));
}
#endif

// The first `count` lanes from memory, count < width; the others are zero.
template <class Arch>
Vector<Arch> load(const float* p, std::size_t count) {
  using A = typename Arch::xsimd_arch;
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1u << count) - 1), p);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) return _mm256_maskload_ps(p, lanes<A>(count));
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
    alignas(64) float buffer[width<Arch>]{};
    for (std::size_t i = 0; i != count; ++i) buffer[i] = p[i];
    return Vector<Arch>::load_aligned(buffer);
  }
}

// The first `count` lanes from memory, count < width; the others from `rest`.
template <class A>
Batch<A> load(const float* p, std::size_t count, Batch<A> rest) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_mask_loadu_ps(rest, static_cast<__mmask16>((1u << count) - 1), p);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) {
    const __m256i first = lanes<A>(count);
    return _mm256_blendv_ps(rest, _mm256_maskload_ps(p, first), _mm256_castsi256_ps(first));
  }
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
    alignas(64) float buffer[Batch<A>::size];
    rest.store_aligned(buffer);
    for (std::size_t i = 0; i != count; ++i) buffer[i] = p[i];
    return Batch<A>::load_aligned(buffer);
  }
}

// The first `count` lanes to memory, count < width; nothing else is touched.
template <class A>
void store(float* p, Batch<A> v, std::size_t count) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), v);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) _mm256_maskstore_ps(p, lanes<A>(count), v);
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
    alignas(64) float buffer[Batch<A>::size];
    v.store_aligned(buffer);
    for (std::size_t i = 0; i != count; ++i) p[i] = buffer[i];
  }
}

// a b + c, rounded once where the set has the instruction. xsimd 8.1's own is a product and a sum on AVX-512.
template <class A>
Batch<A> fma(Batch<A> a, Batch<A> b, Batch<A> c) {
#if XSIMD_WITH_SSE2
  if constexpr (is_avx512<A>) return _mm512_fmadd_ps(a, b, c);
  else if constexpr (is_avx2<A>) return _mm256_fmadd_ps(a, b, c);
#ifdef __FMA__
  else return _mm_fmadd_ps(a, b, c);
#else
  else return a * b + c;  // no compiler can fuse it: the target has no such instruction
#endif
#else
  alignas(64) float x[Batch<A>::size], y[Batch<A>::size], z[Batch<A>::size];
  a.store_aligned(x), b.store_aligned(y), c.store_aligned(z);
  for (std::size_t i = 0; i != Batch<A>::size; ++i) z[i] = std::fma(x[i], y[i], z[i]);
  return Batch<A>::load_aligned(z);
#endif
}

// a b, safe to add to: no compiler sees a bare product. (A product of -0 becomes +0.)
template <class A>
Batch<A> product(Batch<A> a, Batch<A> b) {
  return fma(a, b, Batch<A>(0.f));
}

// Words shifted by N bits, the second with their sign.
template <int N, class A>
Integers<A> shift_left(Integers<A> v) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_slli_epi32(0xffff, v, N);
#endif
  if constexpr (!is_avx512<A>) return v << N;
}
template <int N, class A>
Integers<A> shift_right(Integers<A> v) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_srai_epi32(0xffff, v, N);
#endif
  if constexpr (!is_avx512<A>) return v >> N;
}
template <class A>
Batch<A> to_float(Integers<A> v) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_cvtepi32_ps(0xffff, v);
#endif
  if constexpr (!is_avx512<A>) return xsimd::to_float(v);
}

// Of each word, the product of the low 16 bits and that of the high ones, signed; their sum.
template <class A>
Integers<A> dot_of_halves(Integers<A> a, Integers<A> b) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_madd_epi16(a, b);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) return _mm256_madd_epi16(a, b);
#endif
#if XSIMD_WITH_SSE2
  if constexpr (!is_avx512<A> && !is_avx2<A>) return _mm_madd_epi16(a, b);
#else
  return shift_right<16>(shift_left<16>(a)) * shift_right<16>(shift_left<16>(b)) +
         shift_right<16>(a) * shift_right<16>(b);
#endif
}

// v, as a value that compilers do not look into: GCC would regroup sums of integers, and spill registers over it (0.8
// of the speed of int8 on AVX2 and AVX-512).
template <class A>
Integers<A> fixed(Integers<A> v) {
#if XSIMD_WITH_SSE2
  asm("" : "+x"(v.data));
#endif
  return v;
}

// Of sets with dot_products: sum + the products of the bf16 in each word, and sum + those of the bytes in each word,
// a's unsigned, b's signed.
template <class A>
Batch<A> dot_bf16(Integers<A> a, Integers<A> b, Batch<A> sum);
template <class A>
Integers<A> dot_bytes(Integers<A> a, Integers<A> b, Integers<A> sum);
#if defined(__AVX512BF16__) && defined(__AVX512VNNI__)
template <class A>
Batch<A> dot_bf16(Integers<A> a, Integers<A> b, Batch<A> sum) {
  return _mm512_dpbf16_ps(sum, (__m512bh)__m512i(a), (__m512bh)__m512i(b));
}
template <class A>
Integers<A> dot_bytes(Integers<A> a, Integers<A> b, Integers<A> sum) {
  return _mm512_dpbusd_epi32(sum, a, b);
}
#endif

// The second where either is NaN, as on x86: maximum(bound, x) keeps a NaN of x.
// (AVX-512 by the masked forms with all lanes: GCC 12 warns of its own header at the plain ones, its bug 105593.)
template <class A>
Batch<A> maximum(Batch<A> a, Batch<A> b) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_max_ps(0xffff, a, b);
#endif
  if constexpr (!is_avx512<A>) return xsimd::max(a, b);
}
template <class A>
Batch<A> minimum(Batch<A> a, Batch<A> b) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_min_ps(0xffff, a, b);
#endif
  if constexpr (!is_avx512<A>) return xsimd::min(a, b);
}

template <class A>
Batch<A> square_root(Batch<A> v) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_sqrt_ps(0xffff, v);
#endif
  if constexpr (!is_avx512<A>) return xsimd::sqrt(v);
}

// v 2^n for whole n in [-252, 254].
template <class A>
Batch<A> scale_by_power_of_two(Batch<A> v, Batch<A> n) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_maskz_scalef_ps(0xffff, v, n);
#endif
  if constexpr (!is_avx512<A>) {
    using Integers = xsimd::batch<std::int32_t, A>;
    const Batch<A> magic(12582912.f);  // 1.5 * 2^23: the whole number sits in the low bits of n + magic
    const Integers whole = xsimd::bitwise_cast<Integers>(n + magic) - xsimd::bitwise_cast<Integers>(magic);
    const Integers half = whole >> 1, bias(127);  // in two steps: 2^n itself may not be a float
    return product(product(v, xsimd::bitwise_cast<Batch<A>>((half + bias) << 23)),
                   xsimd::bitwise_cast<Batch<A>>((whole - half + bias) << 23));
  }
}

// Lane i of the result is lane i ^ Distance of v.
template <int Distance, class A>
Batch<A> swap_lanes(Batch<A> v) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) {
    if constexpr (Distance >= 4) return _mm512_maskz_shuffle_f32x4(0xffff, v, v, Distance == 8 ? 0x4e : 0xb1);
    else return _mm512_maskz_permute_ps(0xffff, v, Distance == 2 ? 0x4e : 0xb1);
  }
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) {
    if constexpr (Distance == 4) return _mm256_permute2f128_ps(v, v, 1);
    else return _mm256_permute_ps(v, Distance == 2 ? 0x4e : 0xb1);
  }
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
#if XSIMD_WITH_SSE2
    return _mm_shuffle_ps(v, v, Distance == 2 ? 0x4e : 0xb1);
#else
    alignas(64) float x[Batch<A>::size], y[Batch<A>::size];
    v.store_aligned(x);
    for (std::size_t i = 0; i != Batch<A>::size; ++i) y[i] = x[i ^ Distance];
    return Batch<A>::load_aligned(y);
#endif
  }
}

// f over all lanes, by halves: a fixed tree. Every lane of the result has it (where f is commutative).
template <class A, class F>
Batch<A> fold_lanes(Batch<A> v, F f) {
  if constexpr (Batch<A>::size > 8) v = f(v, swap_lanes<8>(v));
  if constexpr (Batch<A>::size > 4) v = f(v, swap_lanes<4>(v));
  if constexpr (Batch<A>::size > 2) v = f(v, swap_lanes<2>(v));
  if constexpr (Batch<A>::size > 1) v = f(v, swap_lanes<1>(v));
  return v;
}
template <class A>
Batch<A> sum_of_lanes(Batch<A> v) {
  return fold_lanes(v, [](Batch<A> a, Batch<A> b) { return a + b; });
}
template <class A>
Batch<A> largest_lane(Batch<A> v) {
  return fold_lanes(v, [](Batch<A> a, Batch<A> b) { return maximum(a, b); });
}
template <class A>
float first_lane(Batch<A> v) {
#if XSIMD_WITH_SSE2
  if constexpr (Batch<A>::size == 4) return _mm_cvtss_f32(v);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) return _mm256_cvtss_f32(v);
#endif
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_cvtss_f32(v);
#endif
  if constexpr (!XSIMD_WITH_SSE2) return v.get(0);
}

// Bit i is set where a[i] <= b[i] is false: where it is above, or one of them is NaN.
template <class A>
unsigned not_at_most(Batch<A> a, Batch<A> b) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) return _mm512_cmp_ps_mask(a, b, _CMP_NLE_UQ);
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>) return static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_NLE_UQ)));
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
#if XSIMD_WITH_SSE2
    return static_cast<unsigned>(_mm_movemask_ps(_mm_cmpnle_ps(a, b)));
#else
    alignas(64) float x[Batch<A>::size], y[Batch<A>::size];
    a.store_aligned(x), b.store_aligned(y);
    unsigned bits = 0;
    for (std::size_t i = 0; i != Batch<A>::size; ++i) bits |= x[i] <= y[i] ? 0u : 1u << i;
    return bits;
#endif
  }
}

// The lanes whose bits are set, side by side from p on; up to a whole vector is written. Some lane is chosen.
template <class A>
void store_chosen(float* p, Batch<A> v, unsigned chosen) {
#if XSIMD_WITH_AVX512F
  // Not the store that compresses: on a Zen 4 it takes some 100 cycles.
  if constexpr (is_avx512<A>) _mm512_storeu_ps(p, _mm512_maskz_compress_ps(static_cast<__mmask16>(chosen), v));
#endif
  if constexpr (!is_avx512<A>) {
    alignas(64) float lane[Batch<A>::size];
    v.store_aligned(lane);
    for (; chosen != 0; chosen &= chosen - 1) *p++ = lane[__builtin_ctz(chosen)];
  }
}
// The same of the numbers first, first + 1, ...
template <class A>
void store_chosen_lanes(std::uint32_t* p, std::uint32_t first, unsigned chosen) {
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>) {
    const __m512i lane = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i number = _mm512_maskz_add_epi32(0xffff, lane, _mm512_set1_epi32(static_cast<int>(first)));
    _mm512_storeu_si512(p, _mm512_maskz_compress_epi32(static_cast<__mmask16>(chosen), number));
  }
#endif
  if constexpr (!is_avx512<A>)
    for (; chosen != 0; chosen &= chosen - 1) *p++ = first + static_cast<std::uint32_t>(__builtin_ctz(chosen));
}

// A vector of stored numbers as floats; or its first `count` lanes, count < width, and zeros.
template <class Arch>
Vector<Arch> load_stored(const float* p) {
  return load<Arch>(p);
}
template <class Arch>
Vector<Arch> load_stored(const bf16* p) {
  using A = typename Arch::xsimd_arch;
#if XSIMD_WITH_AVX512F
  if constexpr (is_avx512<A>)
    return _mm512_castsi512_ps(_mm512_maskz_slli_epi32(
        0xffff, _mm512_maskz_cvtepu16_epi32(0xffff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p))), 16));
#endif
#if XSIMD_WITH_AVX2
  if constexpr (is_avx2<A>)
    return _mm256_castsi256_ps(_mm256_slli_epi32(
        _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))), 16));
#endif
  if constexpr (!is_avx512<A> && !is_avx2<A>) {
#if XSIMD_WITH_SSE2
    return _mm_castsi128_ps(
        _mm_unpacklo_epi16(_mm_setzero_si128(), _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
#else
    alignas(64) float x[width<Arch>];
    for (std::size_t i = 0; i != width<Arch>; ++i) x[i] = p[i];
    return Vector<Arch>::load_aligned(x);
#endif
  }
}

template <class Arch>
Vector<Arch> load_stored(const float* p, std::size_t count) {
  return load<Arch>(p, count);
}
template <class Arch>
Vector<Arch> load_stored(const bf16* p, std::size_t count) {
  bf16 lane[width<Arch>]{};
  for (std::size_t i = 0; i != count; ++i) lane[i].bits = p[i].bits;
  return load_stored<Arch>(lane);
}

}  // namespace TL_NAMESPACE::kernels::simd
