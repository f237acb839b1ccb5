#pragma once
// How a run uses the machine. Never changes a bit of its result.
#include <thread>
#include <tl/core/namespace.hpp>
#ifdef __linux__
#include <sched.h>
#endif

namespace TL_NAMESPACE {

struct RunOptions {
  int threads = 0;  // 0: as many as the process may use

  int resolved_threads() const {
    if (threads > 0) return threads;
#ifdef __linux__
    cpu_set_t allowed;  // hardware_concurrency() does not know of taskset
    if (sched_getaffinity(0, sizeof(allowed), &allowed) == 0) return CPU_COUNT(&allowed);
#endif
    const unsigned have = std::thread::hardware_concurrency();
    return have == 0 ? 1 : static_cast<int>(have);
  }
};

}  // namespace TL_NAMESPACE
