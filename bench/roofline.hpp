#pragma once
// What this machine can do, measured in the same process, with the same threads and the instruction set in use: the two
// ceilings under which every benchmark states its share.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/parallel.hpp>
#include <vector>
#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace bench {

// OMP_NUM_THREADS, or every core.
inline int threads() {
#ifdef _OPENMP
  return omp_get_max_threads();
#else
  return 1;
#endif
}

// With one thread its own processor time, which other programs disturb little; with several the clock on the wall.
inline double seconds() {
  timespec now;
  clock_gettime(threads() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Chains of multiply-adds that do not wait for each other, enough to hide the latency of one.
inline constexpr int fma_chains = 12;
inline constexpr std::size_t fma_rounds = 200'000;

#ifdef __x86_64__
[[gnu::target("avx512f")]] inline float multiply_add_avx512(float x) {
  __m512 a[fma_chains];
  for (auto& chain : a) chain = _mm512_set1_ps(x);
  for (std::size_t round = 0; round != fma_rounds; ++round)
#pragma GCC unroll 12
    for (int i = 0; i != fma_chains; ++i) a[i] = _mm512_fmadd_ps(a[i], _mm512_set1_ps(.999f), _mm512_set1_ps(.001f));
  for (int i = 1; i != fma_chains; ++i) a[0] = _mm512_add_ps(a[0], a[i]);
  return _mm512_cvtss_f32(a[0]);
}
[[gnu::target("avx2,fma")]] inline float multiply_add_avx2(float x) {
  __m256 a[fma_chains];
  for (auto& chain : a) chain = _mm256_set1_ps(x);
  for (std::size_t round = 0; round != fma_rounds; ++round)
#pragma GCC unroll 12
    for (int i = 0; i != fma_chains; ++i) a[i] = _mm256_fmadd_ps(a[i], _mm256_set1_ps(.999f), _mm256_set1_ps(.001f));
  for (int i = 1; i != fma_chains; ++i) a[0] = _mm256_add_ps(a[0], a[i]);
  return _mm256_cvtss_f32(a[0]);
}
#endif

using Lanes4 = float __attribute__((vector_size(16)));
inline float multiply_add_generic(float x) {
  Lanes4 a[fma_chains];
  for (auto& chain : a) chain = Lanes4{x, x, x, x};
  for (std::size_t round = 0; round != fma_rounds; ++round)
#pragma GCC unroll 12
    for (int i = 0; i != fma_chains; ++i) a[i] = a[i] * .999f + .001f;
  for (int i = 1; i != fma_chains; ++i) a[0] += a[i];
  return a[0][0];
}

// All of p read once, into eight sums. The processor's own prefetching reaches 25 GB/s with one thread of a Zen 4, as
// do explicit prefetches into the second-level cache 4 KiB ahead; others tried, into the first level or farther, 19
// to 22.
inline float read_all(const float* p, std::size_t n) {
  Lanes4 sum[8]{};
  for (std::size_t i = 0; i + 32 <= n; i += 32) {
#pragma GCC unroll 8
    for (std::size_t s = 0; s != 8; ++s) sum[s] += *reinterpret_cast<const Lanes4*>(p + i + 4 * s);
  }
  for (int s = 1; s != 8; ++s) sum[0] += sum[s];
  return sum[0][0];
}

struct Roofline {
  double flops = 0, bytes = 0;  // a second; the best seen so far
};

class Machine {
 public:
  // Measures again (0.2 s) and keeps the best: other programs may have been busy before.
  const Roofline& measure() {
    const auto set = tl::kernels::instruction_set();
    const int team = threads();
    double lanes = 4;
    auto multiply_add = multiply_add_generic;
#ifdef __x86_64__
    if (set == tl::kernels::InstructionSet::avx2) lanes = 8, multiply_add = multiply_add_avx2;
    if (set == tl::kernels::InstructionSet::avx512) lanes = 16, multiply_add = multiply_add_avx512;
#endif
    for (int pass = 0; pass != 4; ++pass) {
      std::vector<float> sums(static_cast<std::size_t>(team));
      const double start = seconds();
      tl::kernels::parallel_for(sums.size(), team, [&](std::size_t i, int) { sums[i] = multiply_add(float(i)); });
      const double middle = seconds();
      const std::size_t share = memory_.size() / sums.size() / 64 * 64;
      tl::kernels::parallel_for(sums.size(), team,
                                [&](std::size_t i, int) { sums[i] += read_all(memory_.data() + i * share, share); });
      const double end = seconds();
      for (const float sum : sums) sink_ = sink_ + sum;
      roofline_.flops = std::max(roofline_.flops, 2. * lanes * fma_chains * fma_rounds * team / (middle - start));
      roofline_.bytes = std::max(roofline_.bytes, 4. * static_cast<double>(share * sums.size()) / (end - middle));
    }
    if (!printed_)
      std::printf(
          "%s, %d threads: %.1f GFLOP/s (%d chains of fp32 multiply-adds, 2 operations each), %.1f GB/s "
          "(reading 256 MiB once)\nof_peak = 2 rows K N / best time / the first; of_read = bytes of weights or "
          "cache / best time / the second\n",
          std::string(tl::kernels::name(set)).c_str(), team, roofline_.flops * 1e-9, fma_chains,
          roofline_.bytes * 1e-9);
    printed_ = true;
    return roofline_;
  }

 private:
  std::vector<float> memory_ = std::vector<float>(64 << 20, 1.f);  // 256 MiB
  Roofline roofline_;
  volatile float sink_ = 0;
  bool printed_ = false;
};

inline Machine& machine() {
  static Machine one;
  return one;
}

}  // namespace bench
