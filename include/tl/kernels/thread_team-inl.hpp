#pragma once
#include <atomic>
#include <chrono>
#include <system_error>
#include <thread>
#include <tl/kernels/thread_team.hpp>
#include <vector>
#ifdef __unix__
#include <unistd.h>
#endif

namespace TL_NAMESPACE::kernels {

namespace detail {

TL_INLINE void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Waits until `value` is no longer `old`: awake for a moment, for between two loops of a forward lie microseconds and
// waking a thread takes tens of them; then asleep.
TL_INLINE std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  constexpr auto awake = std::chrono::microseconds(50);
  const auto begin = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i != 32; ++i) {
      if (const auto now = value.load(std::memory_order_acquire); now != old) return now;
      relax();
    }
  } while (std::chrono::steady_clock::now() - begin < awake);
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace detail

// A loop is open while `gate` lacks the bit `closed`; the rest of it counts the helpers inside. Helpers enter an open
// loop only, so what describes the loop is written while nobody can read it.
struct ThreadTeam::Shared {
  static constexpr std::uint32_t closed = 1u << 31;

  Function f = nullptr;
  const void* context = nullptr;
  std::size_t count = 0;
  int threads = 0;
  alignas(64) std::atomic<std::size_t> next{0};
  alignas(64) std::atomic<std::uint32_t> gate{closed};
  alignas(64) std::atomic<std::uint32_t> loops{0};  // opened so far
  std::atomic<bool> ends{false};
  std::atomic<std::uint64_t> helped{0};
  std::vector<std::thread> helpers;
#ifdef __unix__
  pid_t process = ::getpid();
#endif

  std::size_t work(int thread) {
    std::size_t done = 0;
    for (std::size_t item; (item = next.fetch_add(1, std::memory_order_relaxed)) < count; ++done) f(context, item, thread);
    return done;
  }
  bool enter() {
    std::uint32_t inside = gate.load(std::memory_order_relaxed);
    while (!(inside & closed))
      if (gate.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire, std::memory_order_relaxed)) return true;
    return false;
  }
  void leave() {
    if (gate.fetch_sub(1, std::memory_order_release) == closed + 1) gate.notify_one();
  }
  void help(int thread) {
    for (std::uint32_t seen = 0;;) {
      seen = detail::wait_for_change(loops, seen);
      if (ends.load(std::memory_order_relaxed)) return;
      if (!enter()) continue;
      if (thread < threads) helped.fetch_add(work(thread), std::memory_order_relaxed);
      leave();
    }
  }
  void hire(int thread) {
    try {
      helpers.emplace_back([this, thread] { help(thread); });
    } catch (const std::system_error&) {
    }
  }
};

TL_INLINE ThreadTeam& ThreadTeam::mine() {
  thread_local ThreadTeam team;
  return team;
}

TL_INLINE ThreadTeam::ThreadTeam() : shared_(std::make_unique<Shared>()) {}

TL_INLINE ThreadTeam::~ThreadTeam() {
#ifdef __unix__
  // A process that was forked has the caller alone: there is nobody to wait for.
  if (shared_->process != ::getpid()) {
    for (std::thread& helper : shared_->helpers) helper.detach();
    static_cast<void>(shared_.release());
    return;
  }
#endif
  shared_->ends.store(true, std::memory_order_relaxed);
  shared_->loops.fetch_add(1, std::memory_order_release);
  shared_->loops.notify_all();
  for (std::thread& helper : shared_->helpers) helper.join();
}

TL_INLINE void ThreadTeam::run(Function f, const void* context, std::size_t count, int threads) {
  Shared& s = *shared_;
  while (s.helpers.size() + 1 < static_cast<std::size_t>(threads)) {
    const std::size_t before = s.helpers.size();
    s.hire(static_cast<int>(before) + 1);
    if (s.helpers.size() == before) break;
  }
  s.f = f;
  s.context = context;
  s.count = count;
  s.threads = threads;
  s.next.store(0, std::memory_order_relaxed);
  s.gate.store(0, std::memory_order_release);
  s.loops.fetch_add(1, std::memory_order_release);
  s.loops.notify_all();
  s.work(0);
  std::uint32_t inside = s.gate.fetch_or(Shared::closed, std::memory_order_acquire) | Shared::closed;
  while (inside != Shared::closed) inside = detail::wait_for_change(s.gate, inside);
}

TL_INLINE std::uint64_t ThreadTeam::items_helped() const { return shared_->helped.load(std::memory_order_relaxed); }

}  // namespace TL_NAMESPACE::kernels
