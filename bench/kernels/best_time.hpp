#pragma once
// A benchmark's loop that remembers its quickest round, and the shares of the machine that it comes to.
#include <benchmark/benchmark.h>
#include <algorithm>

#include "../roofline.hpp"

namespace bench {

// Runs work() as Google Benchmark asks; flops and bytes are those of one call, S what it multiplies.
template <tl::StorageType S = float, class Work>
void run(benchmark::State& state, double flops, double bytes, const Work& work) {
  machine().measure();
  double best = 1e30;
  for (auto _ : state) {
    const double start = seconds();
    work();
    best = std::min(best, seconds() - start);
  }
  Roofline peak = machine().measure();
  state.counters["GFLOP/s"] = flops / best * 1e-9;
  state.counters["of_peak"] = flops / best / peak.operations<S>();
  state.counters["GB/s"] = bytes / best * 1e-9;
  state.counters["of_read"] = bytes / best / peak.bytes;
}

}  // namespace bench
