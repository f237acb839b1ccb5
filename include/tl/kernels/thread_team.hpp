#pragma once
// The threads that help a loop. A team belongs to the thread that calls; its helpers begin with its first loop that
// wants them and end with it.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels {

class ThreadTeam {
 public:
  // f(context, item, thread)
  using Function = void (*)(const void* context, std::size_t item, int thread);

  // The team of the calling thread.
  static ThreadTeam& mine();

  // f for every item of [0, count), each once, by the caller (thread 0) and up to threads - 1 helpers. The caller waits
  // for helpers that are running an item, never for one that has not begun: where the machine is busy it does the work
  // itself. f must not throw. Where the system gives no more threads there are fewer helpers.
  void run(Function f, const void* context, std::size_t count, int threads);

  // Items that helpers have run so far, for tests.
  std::uint64_t items_helped() const;

 private:
  ThreadTeam();
  ~ThreadTeam();

  struct Shared;
  std::unique_ptr<Shared> shared_;
};

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/thread_team-inl.hpp>
#endif
