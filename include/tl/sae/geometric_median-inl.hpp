#pragma once
#include <algorithm>
#include <cmath>
#include <tl/core/error.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/sae/geometric_median.hpp>

namespace TL_NAMESPACE {

TL_INLINE std::vector<float> geometric_median(const float* x, std::size_t rows, std::size_t d, int threads) {
  if (rows == 0) throw Error("there are no rows to take a geometric median of");
  std::vector<double> median(d), sum(d), distances(rows);
  const auto weighted_mean = [&](auto weight) {
    double total = 0;
    std::fill(sum.begin(), sum.end(), 0.0);
    for (std::size_t r = 0; r != rows; ++r) {
      const double w = weight(r);
      total += w;
      for (std::size_t i = 0; i != d; ++i) sum[i] += w * static_cast<double>(x[r * d + i]);
    }
    for (std::size_t i = 0; i != d; ++i) median[i] = sum[i] / total;
  };
  weighted_mean([](std::size_t) { return 1.0; });
  double before = 0;
  for (int iteration = 0; iteration != 100; ++iteration) {
    kernels::parallel_for(rows, threads, [&](std::size_t r, int) {
      double square = 0;
      for (std::size_t i = 0; i != d; ++i) {
        const double off = static_cast<double>(x[r * d + i]) - median[i];
        square += off * off;
      }
      distances[r] = std::sqrt(square);
    });
    double total = 0;
    for (const double distance : distances) total += distance;
    if (std::fabs(total - before) <= 1e-5 * total) break;
    before = total;
    weighted_mean([&](std::size_t r) { return 1 / std::max(distances[r], 1e-12); });
  }
  return {median.begin(), median.end()};
}

}  // namespace TL_NAMESPACE
