#pragma once
// What this machine can do, measured in the same process, with the same threads and the instruction set in use: the
// ceilings under which every benchmark states its share.
#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <ctime>
#include <string>
#include <tl/core/aligned_memory.hpp>
#include <tl/kernels/instruction_set.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/peak_flops.hpp>
#include <tl/kernels/storage.hpp>
#include <tl/model/run_options.hpp>
#include <vector>

namespace bench {

// Every core that the process may use: `taskset -c 0` for one.
inline int threads() { return tl::RunOptions{}.resolved_threads(); }

// With one thread its own processor time, which other programs disturb little; with several the clock on the wall.
inline double seconds() {
  timespec now;
  clock_gettime(threads() == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
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
          "%s, %d threads: %.1f GFLOP/s fp32, %.1f bf16, %.1f int8 (2 operations a multiply-add), %.1f GB/s "
          "(reading 256 MiB once)\nof_peak = 2 rows K N / best time / that of the storage; of_read = bytes of weights "
          "or cache / best time / the last\n",
          std::string(tl::kernels::name(tl::kernels::instruction_set())).c_str(), threads(), roofline_.flops * 1e-9,
          roofline_.bf16_flops * 1e-9, roofline_.int8_flops * 1e-9, roofline_.bytes * 1e-9);
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
    double& best = roofline_.operations<S>();
    best = std::max(best, tl::kernels::peak_flops<S>(threads()));
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
