#include <atomic>
#include <tl/kernels/parallel.hpp>

#include "every_set.hpp"

TEST_CASE("every item runs once, on a thread of the team") {
  for (const std::size_t count : {0u, 1u, 2u, 3u, 100u})
    for (const int threads : {0, 1, 2, 3, 8}) {
      std::vector<std::atomic<int>> runs(count);
      kernels::parallel_for(count, threads, [&](std::size_t item, int thread) {
        runs[item] += thread >= 0 && thread < std::max(threads, 1) ? 1 : 100;
      });
      for (const auto& times : runs) REQUIRE(times == 1);
    }
}

TEST_CASE("little work wakes no thread") {
  REQUIRE(kernels::useful_threads(99, 100, 8) == 1);
  REQUIRE(kernels::useful_threads(250, 100, 8) == 2);
  REQUIRE(kernels::useful_threads(100'000, 100, 8) == 8);
  REQUIRE(kernels::useful_threads(100'000, 100, 0) == 1);
}
