#include <atomic>
#include <set>
#include <thread>
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

TEST_CASE("two threads are two threads, and the statistic of helpers says so") {
  std::vector<std::thread::id> who(2);
  const bool shared = helped(
      [&] { kernels::parallel_for(2, 2, [&](std::size_t item, int) { who[item] = std::this_thread::get_id(); }); });
  REQUIRE(shared == has_threads);
  REQUIRE((who[0] != who[1]) == has_threads);
  REQUIRE_FALSE(helped([] { kernels::parallel_for(5, 1, [](std::size_t, int) {}); }));
}

TEST_CASE("little work wakes no thread") {
  REQUIRE(kernels::useful_threads(99, 100, 8) == 1);
  REQUIRE(kernels::useful_threads(250, 100, 8) == 2);
  REQUIRE(kernels::useful_threads(100'000, 100, 8) == 8);
  REQUIRE(kernels::useful_threads(100'000, 100, 0) == 1);
}
