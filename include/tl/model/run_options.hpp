#pragma once
// How a run uses the machine. Never changes a bit of its result.
#include <thread>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE {

struct RunOptions {
  int threads = 0;  // 0: as many as the machine has

  int resolved_threads() const {
    if (threads > 0) return threads;
    const unsigned have = std::thread::hardware_concurrency();
    return have == 0 ? 1 : static_cast<int>(have);
  }
};

}  // namespace TL_NAMESPACE
