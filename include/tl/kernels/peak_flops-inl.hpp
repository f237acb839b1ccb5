#pragma once
// Chains of multiply-adds, an instruction set each. Functions carry their set as an attribute: whoever runs them asks
// which is in use.
#include <algorithm>
#include <concepts>
#include <cstdint>
#include <ctime>
#include <tl/kernels/amx_tiles-inl.hpp>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/peak_flops.hpp>
#include <vector>
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace TL_NAMESPACE::kernels {

namespace detail {

// `rounds` times `chains` sums that do not wait for each other, enough to hide the latency of one: a[i] = step, from
// a[i] and a factor b that the compiler knows nothing about.
inline constexpr int chains = 12;
inline constexpr std::size_t rounds = 200'000;
#define TL_CHAINS(name, instructions, Vector, step)                               \
  [[gnu::target(instructions)]] inline float name() {                             \
    Vector a[chains], b = Vector{} + .5f;                                         \
    for (int i = 0; i != chains; ++i) a[i] = b;                                   \
    for (std::size_t round = 0; round != rounds; ++round) {                       \
      asm("" : "+x"(b));                                                          \
      _Pragma("GCC unroll 12") for (int i = 0; i != chains; ++i) a[i] = (Vector)(step);\
    }                                                                             \
    for (int i = 1; i != chains; ++i) a[0] += a[i];                               \
    return a[0][0];                                                               \
  }
#ifdef __x86_64__
TL_CHAINS(floats_generic, "sse2", __m128, a[i] * b + b)
TL_CHAINS(floats_avx2, "avx2,fma", __m256, _mm256_fmadd_ps(b, b, a[i]))
TL_CHAINS(floats_avx512, "avx512f", __m512, _mm512_fmadd_ps(b, b, a[i]))
TL_CHAINS(bf16_avx512, "avx512f,avx512bf16", __m512, _mm512_dpbf16_ps(a[i], (__m512bh)b, (__m512bh)b))
TL_CHAINS(bytes_avx512, "avx512f,avx512vnni", __m512, _mm512_dpbusd_epi32((__m512i)a[i], (__m512i)b, (__m512i)b))
// Where there is no instruction for bytes: of pairs of 16 bits, and a sum.
TL_CHAINS(pairs_generic, "sse2", __m128, _mm_add_epi32((__m128i)a[i], _mm_madd_epi16((__m128i)b, (__m128i)a[i])))
TL_CHAINS(pairs_avx2, "avx2", __m256,
                _mm256_add_epi32((__m256i)a[i], _mm256_madd_epi16((__m256i)b, (__m256i)a[i])))
TL_CHAINS(pairs_avx512, "avx512f,avx512bw", __m512,
                _mm512_add_epi32((__m512i)a[i], _mm512_madd_epi16((__m512i)b, (__m512i)a[i])))

// Tiles 0 to 3 += tile 4 or 5 by tile 6 or 7, as the kernel in tiles has them.
template <bool Bytes>
float tiles_amx() {
  using Tiles = simd::AmxTiles;
  simd::TileShapes shapes;
  std::fill_n(shapes.rows, 8, std::uint8_t{16});
  std::fill_n(shapes.row_bytes, 8, std::uint16_t{64});
  Tiles::configure(shapes);  // and zeros in all
  for (std::size_t round = 0; round != rounds; ++round) {
    if constexpr (Bytes) {
      Tiles::dot_bytes<0, 4, 6>(), Tiles::dot_bytes<1, 4, 7>(), Tiles::dot_bytes<2, 5, 6>(),
          Tiles::dot_bytes<3, 5, 7>();
    } else {
      Tiles::dot_bf16<0, 4, 6>(), Tiles::dot_bf16<1, 4, 7>(), Tiles::dot_bf16<2, 5, 6>(), Tiles::dot_bf16<3, 5, 7>();
    }
  }
  Tiles::release();
  return 0;
}
#else
using Lanes4 = float __attribute__((vector_size(16)));
inline float floats_generic() {
  Lanes4 a[chains]{}, b = Lanes4{} + .5f;
  for (std::size_t round = 0; round != rounds; ++round) {
    asm("" : "+m"(b));
    for (auto& chain : a) chain = chain * b + b;
  }
  for (int i = 1; i != chains; ++i) a[0] += a[i];
  return a[0][0];
}
#endif
#undef TL_CHAINS

// The multiply-adds that a set's linear layers are made of, and how many operations, two for each multiply-add, a call
// is.
struct MultiplyAdds {
  float (*run)();
  double operations;
};
template <StorageType S>
MultiplyAdds multiply_adds(InstructionSet set) {
  constexpr double each = 2. * chains * rounds;
#ifdef __x86_64__
  using Set = InstructionSet;
  constexpr bool bytes = std::same_as<S, int8>;
  if constexpr (!std::same_as<S, float>) {
    if (set == Set::amx) return {tiles_amx<bytes>, 2. * 4 * rounds * 16 * 16 * (bytes ? 64 : 32)};
    if (set == Set::avx512_bf16) return {bytes ? bytes_avx512 : bf16_avx512, each * 16 * (bytes ? 4 : 2)};
  }
  // bf16 is widened to floats, bytes to 16 bits.
  if (set >= Set::avx512) return bytes ? MultiplyAdds{pairs_avx512, each * 32} : MultiplyAdds{floats_avx512, each * 16};
  if (set == Set::avx2) return bytes ? MultiplyAdds{pairs_avx2, each * 16} : MultiplyAdds{floats_avx2, each * 8};
  return bytes ? MultiplyAdds{pairs_generic, each * 8} : MultiplyAdds{floats_generic, each * 4};
#else
  static_cast<void>(set);
  return {floats_generic, each * 4};
#endif
}

inline double seconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace detail

template <StorageType S>
double peak_flops(int threads) {
  const detail::MultiplyAdds adds = detail::multiply_adds<S>(instruction_set());
  std::vector<float> results(static_cast<std::size_t>(threads < 1 ? 1 : threads));
  const clockid_t clock = results.size() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC;
  const double start = detail::seconds(clock);
  parallel_for(results.size(), threads, [&](std::size_t i, int) { results[i] = adds.run(); });
  const double taken = detail::seconds(clock) - start;
  for (const float& result : results) asm volatile("" : : "m"(result));  // somebody wants them
  return adds.operations * static_cast<double>(results.size()) / taken;
}
#ifndef TL_HEADER_ONLY
template double peak_flops<float>(int);
template double peak_flops<bf16>(int);
template double peak_flops<int8>(int);
#endif

}  // namespace TL_NAMESPACE::kernels
