#include <tl/kernels/thread_team.hpp>

#include <atomic>
#include <thread>

#include "every_set.hpp"
#ifdef __unix__
#include <sys/wait.h>
#include <unistd.h>
#endif

namespace {
template <class F>
void run(std::size_t count, int threads, const F& f) {
  kernels::ThreadTeam::mine().run(
      [](const void* context, std::size_t item, int thread) { (*static_cast<const F*>(context))(item, thread); }, &f,
      count, threads);
}
}  // namespace

TEST_CASE("helpers are other threads, and their items are counted") {
  std::vector<std::thread::id> who(2);
  REQUIRE(helped([&] { run(2, 2, [&](std::size_t item, int) { who[item] = std::this_thread::get_id(); }); }));
  REQUIRE((who[0] != std::this_thread::get_id() || who[1] != std::this_thread::get_id()));
  const auto before = kernels::ThreadTeam::mine().items_helped();
  run(5, 1, [](std::size_t, int) {});
  REQUIRE(kernels::ThreadTeam::mine().items_helped() == before);
}

TEST_CASE("many short loops in a row lose no item and mix none") {
  std::vector<std::atomic<int>> runs(7);
  for (int loop = 0; loop != 20'000; ++loop) {
    const std::size_t count = 1 + static_cast<std::size_t>(loop) % 7;
    run(count, 2 + loop % 3, [&](std::size_t item, int thread) { runs[item] += thread < 2 + loop % 3 ? 1 : 1'000'000; });
    for (std::size_t item = 0; item != count; ++item) REQUIRE(runs[item].exchange(0) == 1);
  }
}

TEST_CASE("the caller does not wait for helpers that have not begun") {
  // A helper that sleeps needs microseconds to come; a loop without work is over before.
  run(2, 2, [](std::size_t, int) {});
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  int mine = 0;
  for (int loop = 0; loop != 1000; ++loop) run(1, 2, [&](std::size_t, int thread) { mine += thread == 0; });
  REQUIRE(mine > 0);
}

TEST_CASE("each calling thread has a team of its own") {
  std::vector<std::thread> callers;
  std::atomic<int> sum{0};
  for (int caller = 0; caller != 3; ++caller)
    callers.emplace_back([&] {
      for (int loop = 0; loop != 500; ++loop) run(4, 2, [&](std::size_t, int) { ++sum; });
    });
  for (std::thread& caller : callers) caller.join();
  REQUIRE(sum == 3 * 500 * 4);
}

#if defined(__unix__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("a forked process does the work alone, and ends") {
  run(8, 2, [](std::size_t, int) {});
  const pid_t child = fork();
  if (child == 0) {
    std::atomic<int> sum{0};
    std::thread([&] { run(8, 2, [&](std::size_t, int) { ++sum; }); }).join();
    run(8, 2, [&](std::size_t, int) { ++sum; });
    _exit(sum == 16 ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
}
#endif
