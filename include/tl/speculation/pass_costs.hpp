#pragma once
// t(n), what a pass over n rows takes, measured while it runs.
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <tl/core/namespace.hpp>
#include <utility>

namespace TL_NAMESPACE {

// Means of the latest passes of each size, for a past grows and machines get busy. Between sizes that were seen t is
// linear; beyond the largest it goes on as between the last two, and with one known a row more takes a tenth of it.
class PassCosts {
 public:
  void add(std::size_t rows, double seconds) {
    Latest& latest = latest_[rows];
    latest.seconds[latest.count++ % latest.seconds.size()] = seconds;
  }
  bool known(std::size_t rows) const { return latest_.contains(rows); }

  // At least one size was seen.
  double seconds(std::size_t rows) const {
    const auto above = latest_.lower_bound(rows);
    if (above == latest_.begin()) return above->second.mean();
    if (above != latest_.end() && above->first == rows) return above->second.mean();
    const auto below = std::prev(above);
    const double from = below->second.mean(), more = static_cast<double>(rows - below->first);
    if (above != latest_.end()) return from + more * slope(*below, *above);
    if (below == latest_.begin()) return from * (1 + more / 10);
    const double last = slope(*std::prev(below), *below);
    return from + more * (last > 0 ? last : 0);
  }

  // f(rows, seconds) for the sizes seen.
  template <class F>
  void for_each(F f) const {
    for (const auto& [rows, latest] : latest_) f(rows, latest.mean());
  }

 private:
  struct Latest {
    std::array<double, 8> seconds{};
    std::size_t count = 0;
    double mean() const {
      const std::size_t n = count < seconds.size() ? count : seconds.size();
      double sum = 0;
      for (std::size_t i = 0; i != n; ++i) sum += seconds[i];
      return sum / static_cast<double>(n);
    }
  };
  static double slope(const std::pair<const std::size_t, Latest>& a, const std::pair<const std::size_t, Latest>& b) {
    return (b.second.mean() - a.second.mean()) / static_cast<double>(b.first - a.first);
  }

  std::map<std::size_t, Latest> latest_;
};

}  // namespace TL_NAMESPACE
