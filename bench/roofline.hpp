#pragma once
// What this machine can do, measured in the same process, with the same threads and the instruction set in use: the
// ceilings under which every benchmark states its share.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <tl/core/aligned_memory.hpp>
#include <tl/kernels/amx_tiles-inl.hpp>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/storage.hpp>
#include <tl/model/run_options.hpp>
#include <vector>
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace bench {

// Every core that the process may use: `taskset -c 0` for one.
inline int threads() { return tl::RunOptions{}.resolved_threads(); }

// With one thread its own processor time, which other programs disturb little; with several the clock on the wall.
inline double seconds() {
  timespec now;
  clock_gettime(threads() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// `rounds` times `chains` sums that do not wait for each other, enough to hide the latency of one: a[i] = step, from
// a[i] and a factor b that the compiler knows nothing about.
inline constexpr int chains = 12;
inline constexpr std::size_t rounds = 200'000;
#define TL_BENCH_CHAINS(name, instructions, Vector, step)                               \
  [[gnu::target(instructions)]] inline float name() {                                   \
    Vector a[chains], b = Vector{} + .5f;                                               \
    for (int i = 0; i != chains; ++i) a[i] = b;                                         \
    for (std::size_t round = 0; round != rounds; ++round) {                             \
      asm("" : "+x"(b));                                                                \
      _Pragma("GCC unroll 12") for (int i = 0; i != chains; ++i) a[i] = (Vector)(step); \
    }                                                                                   \
    for (int i = 1; i != chains; ++i) a[0] += a[i];                                     \
    return a[0][0];                                                                     \
  }
#ifdef __x86_64__
TL_BENCH_CHAINS(floats_generic, "sse2", __m128, a[i] * b + b)
TL_BENCH_CHAINS(floats_avx2, "avx2,fma", __m256, _mm256_fmadd_ps(b, b, a[i]))
TL_BENCH_CHAINS(floats_avx512, "avx512f", __m512, _mm512_fmadd_ps(b, b, a[i]))
TL_BENCH_CHAINS(bf16_avx512, "avx512f,avx512bf16", __m512, _mm512_dpbf16_ps(a[i], (__m512bh)b, (__m512bh)b))
TL_BENCH_CHAINS(bytes_avx512, "avx512f,avx512vnni", __m512, _mm512_dpbusd_epi32((__m512i)a[i], (__m512i)b, (__m512i)b))
// Where there is no instruction for bytes: of pairs of 16 bits, and a sum.
TL_BENCH_CHAINS(pairs_generic, "sse2", __m128, _mm_add_epi32((__m128i)a[i], _mm_madd_epi16((__m128i)b, (__m128i)a[i])))
TL_BENCH_CHAINS(pairs_avx2, "avx2", __m256,
                _mm256_add_epi32((__m256i)a[i], _mm256_madd_epi16((__m256i)b, (__m256i)a[i])))
TL_BENCH_CHAINS(pairs_avx512, "avx512f,avx512bw", __m512,
                _mm512_add_epi32((__m512i)a[i], _mm512_madd_epi16((__m512i)b, (__m512i)a[i])))

// Tiles 0 to 3 += tile 4 or 5 by tile 6 or 7, as the kernel in tiles has them.
template <bool Bytes>
float tiles_amx() {
  using Tiles = tl::kernels::simd::AmxTiles;
  tl::kernels::simd::TileShapes shapes;
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
#undef TL_BENCH_CHAINS

// The multiply-adds that a set's linear layers are made of, and how many operations, two for each multiply-add, a call
// is.
struct MultiplyAdds {
  float (*run)();
  double operations;
};
template <tl::StorageType S>
MultiplyAdds multiply_adds(tl::kernels::InstructionSet set) {
  constexpr double each = 2. * chains * rounds;
#ifdef __x86_64__
  using Set = tl::kernels::InstructionSet;
  constexpr bool bytes = std::same_as<S, tl::int8>;
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

// All of p, n bytes, read once, as `Streams` streams, fetched Ahead bytes ahead.
template <std::size_t Streams, std::size_t Ahead>
float read_all(const char* p, std::size_t n) {
  using Lanes = float __attribute__((vector_size(16)));
  constexpr std::size_t stretch = 128;
  const std::size_t stream = n / Streams / stretch * stretch;
  Lanes sum[8]{};
  for (std::size_t i = 0; i != stream; i += stretch)
    for (std::size_t s = 0; s != Streams; ++s) {
      const char* at = p + s * stream + i;
      if constexpr (Ahead != 0)
        for (std::size_t line = 0; line != stretch; line += 64) __builtin_prefetch(at + Ahead + line, 0, 2);
#pragma GCC unroll 8
      for (std::size_t v = 0; v != 8; ++v) sum[v] += *reinterpret_cast<const Lanes*>(at + 16 * v);
    }
  for (int s = 1; s != 8; ++s) sum[0] += sum[s];
  return sum[0][0];
}

struct Roofline {
  double flops = 0, bytes = 0;            // a second; the best seen so far. Of fp32
  double bf16_flops = 0, int8_flops = 0;  // and of the other storage types

  template <tl::StorageType S>
  double& operations() {
    if constexpr (std::same_as<S, float>) return flops;
    else if constexpr (std::same_as<S, tl::bf16>) return bf16_flops;
    else return int8_flops;
  }
};

class Machine {
 public:
  // Measures again (0.2 s) and keeps the best: other programs may have been busy before.
  const Roofline& measure() {
    for (int pass = 0; pass != 3; ++pass) {
      measure_operations<float>();
      measure_operations<tl::bf16>();
      measure_operations<tl::int8>();
      // Which of these is best, one thread of a Zen 4 said otherwise from hour to hour, and they differ by up to 1.4.
      measure_reading(read_all<1, 0>);
      measure_reading(read_all<1, 4096>);
      measure_reading(read_all<4, 0>);
    }
    if (!printed_)
      std::printf(
          "%s, %d threads: %.1f GFLOP/s fp32, %.1f bf16, %.1f int8 (%d chains, 2 operations a multiply-add), %.1f GB/s "
          "(reading 256 MiB once)\nof_peak = 2 rows K N / best time / that of the storage; of_read = bytes of weights "
          "or cache / best time / the last\n",
          std::string(tl::kernels::name(tl::kernels::instruction_set())).c_str(), threads(), roofline_.flops * 1e-9,
          roofline_.bf16_flops * 1e-9, roofline_.int8_flops * 1e-9, chains, roofline_.bytes * 1e-9);
    printed_ = true;
    return roofline_;
  }

 private:
  // Every thread does work(thread); seconds.
  template <class Work>
  double time(const Work& work) {
    const int team = threads();
    std::vector<float> results(static_cast<std::size_t>(team));
    const double start = seconds();
    tl::kernels::parallel_for(results.size(), team, [&](std::size_t i, int) { results[i] = work(i); });
    const double end = seconds();
    for (const float result : results) sink_ = sink_ + result;
    return end - start;
  }
  template <tl::StorageType S>
  void measure_operations() {
    const MultiplyAdds adds = multiply_adds<S>(tl::kernels::instruction_set());
    double& best = roofline_.operations<S>();
    best = std::max(best, adds.operations * threads() / time([&](std::size_t) { return adds.run(); }));
  }
  void measure_reading(float (*read)(const char*, std::size_t)) {
    const std::size_t share = memory_size / static_cast<std::size_t>(threads()) / 4096 * 4096;
    const double taken = time([&](std::size_t i) { return read(memory_.get() + i * share, share); });
    roofline_.bytes = std::max(roofline_.bytes, static_cast<double>(share) * threads() / taken);
  }

  static constexpr std::size_t memory_size = 256 << 20;
  tl::AlignedMemory<char> memory_ = [] {
    auto memory = tl::allocate<char>(memory_size);
    std::fill_n(memory.get(), memory_size, char{1});  // pages of its own
    return memory;
  }();
  Roofline roofline_;
  volatile float sink_ = 0;
  bool printed_ = false;
};

inline Machine& machine() {
  static Machine one;
  return one;
}

}  // namespace bench
