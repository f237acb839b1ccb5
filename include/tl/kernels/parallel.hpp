#pragma once
// The one parallel loop of the library, over OpenMP; without -fopenmp it is a plain loop.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>
#ifdef _OPENMP
#include <omp.h>
#endif

namespace TL_NAMESPACE::kernels {

// Items that threads other than a loop's caller have run since the program began. A statistic that nothing depends on:
// tests read it to know that several threads were at work.
inline std::atomic<std::uint64_t> items_run_by_helpers{0};

// As many threads as there is work for, at least `grain` operations each: waking a thread costs some 5 us.
constexpr int useful_threads(std::size_t work, std::size_t grain, int threads) {
  const std::size_t useful = work / grain;
  return threads < 1 || useful < 1                    ? 1
         : useful < static_cast<std::size_t>(threads) ? static_cast<int>(useful)
                                                      : threads;
}

// f(item, thread) for every item of [0, count), thread in [0, threads). Thread t begins with item t, and who is done
// takes the next one. f must not throw: an exception ends the program, as it does in any OpenMP region.
template <class F>
void parallel_for(std::size_t count, int threads, const F& f) {
#ifdef _OPENMP
  if (threads > 1 && count > 1) {
    std::atomic<std::size_t> taken{0};
    const int team = count < static_cast<std::size_t>(threads) ? static_cast<int>(count) : threads;
    _Pragma("omp parallel num_threads(team)") {
      const int thread = omp_get_thread_num();
      const auto members = static_cast<std::size_t>(omp_get_num_threads());
      std::uint64_t mine = 0;
      for (auto item = static_cast<std::size_t>(thread); item < count;
           item = members + taken.fetch_add(1, std::memory_order_relaxed), ++mine)
        f(item, thread);
      if (thread != 0) items_run_by_helpers.fetch_add(mine, std::memory_order_relaxed);
    }
    return;
  }
#endif
  static_cast<void>(threads);
  for (std::size_t item = 0; item != count; ++item) f(item, 0);
}

}  // namespace TL_NAMESPACE::kernels
