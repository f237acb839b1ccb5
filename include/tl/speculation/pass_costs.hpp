#pragma once
// What passes take, measured while they run.
#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <span>
#include <tl/core/namespace.hpp>
#include <utility>

namespace TL_NAMESPACE {

// The latest durations of something that is done again and again, in seconds.
class LatestSeconds {
 public:
  void add(double seconds) { seconds_[count_++ % seconds_.size()] = seconds; }
  // 0 where none was added. The least is what it takes where nothing comes between; the median does not care for what
  // does.
  double least() const { return count_ == 0 ? 0 : std::ranges::min(kept()); }
  double median() const {
    if (count_ == 0) return 0;
    auto sorted = seconds_;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(kept().size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.begin() + static_cast<std::ptrdiff_t>(kept().size()));
    return *middle;
  }

 private:
  std::span<const double> kept() const { return std::span(seconds_).first(std::min(count_, seconds_.size())); }
  std::array<double, 8> seconds_{};
  std::size_t count_ = 0;
};

// t(n), what a pass over n rows takes: the least of the latest of that size, for a past grows, and no more than of any
// greater size, for machines get busy. Between sizes that were seen t is linear. Beyond the largest it goes on as
// between the last two, but for at most a fifth of the smallest a row, or one disturbance would keep larger ones from
// ever being seen; with one size known a row more takes a tenth of it.
class PassCosts {
 public:
  void add(std::size_t rows, double seconds) { latest_[rows].add(seconds); }
  bool known(std::size_t rows) const { return latest_.contains(rows); }

  // At least one size was seen.
  double seconds(std::size_t rows) const {
    const auto above = latest_.lower_bound(rows);
    if (above == latest_.begin() || (above != latest_.end() && above->first == rows)) return from(above);
    const auto below = std::prev(above);
    const double low = from(below), more = static_cast<double>(rows - below->first);
    if (above != latest_.end())
      return low + more * (from(above) - low) / static_cast<double>(above->first - below->first);
    const double tenth = from(latest_.begin()) / 10;
    if (below == latest_.begin()) return low + more * tenth;
    const auto before = std::prev(below);
    return low + more * std::min((low - from(before)) / static_cast<double>(below->first - before->first), 2 * tenth);
  }

  // f(rows, seconds) for the sizes seen.
  template <class F>
  void for_each(F f) const {
    for (auto at = latest_.begin(); at != latest_.end(); ++at) f(at->first, from(at));
  }

 private:
  using Sizes = std::map<std::size_t, LatestSeconds>;
  double from(Sizes::const_iterator at) const {
    double least = at->second.least();
    while (++at != latest_.end()) least = std::min(least, at->second.least());
    return least;
  }

  Sizes latest_;
};

}  // namespace TL_NAMESPACE
