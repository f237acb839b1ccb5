#pragma once
// The one parallel loop of the library.
#include <cstddef>
#include <tl/core/namespace.hpp>
#include <tl/kernels/thread_team.hpp>

namespace TL_NAMESPACE::kernels {

// As many threads as there is work for, at least `grain` operations each: waking a thread costs some 5 us.
constexpr int useful_threads(std::size_t work, std::size_t grain, int threads) {
  const std::size_t useful = work / grain;
  return threads < 1 || useful < 1                    ? 1
         : useful < static_cast<std::size_t>(threads) ? static_cast<int>(useful)
                                                      : threads;
}

// f(item, thread) for every item of [0, count), thread in [0, threads); who is done takes the next one. f must not
// throw.
template <class F>
void parallel_for(std::size_t count, int threads, const F& f) {
  if (threads > 1 && count > 1) {
    const int team = count < static_cast<std::size_t>(threads) ? static_cast<int>(count) : threads;
    const auto one = [](const void* context, std::size_t item, int thread) noexcept {
      (*static_cast<const F*>(context))(item, thread);
    };
    ThreadTeam::mine().run(one, &f, count, team);
  } else {
    for (std::size_t item = 0; item != count; ++item) f(item, 0);
  }
}

}  // namespace TL_NAMESPACE::kernels
