#pragma once
#include <algorithm>
#include <cmath>
#include <tl/report/axis.hpp>

namespace TL_NAMESPACE::report {

TL_INLINE Axis::Axis(std::span<const double> values, Spacing spacing) : spacing_(spacing), low_(0), high_(0) {
  const bool log = spacing_ == Spacing::logarithmic;
  bool any = false;
  for (const double value : values) {
    if (!std::isfinite(value) || (log && value <= 0)) continue;
    low_ = any ? std::min(low_, value) : value;
    high_ = any ? std::max(high_, value) : value;
    any = true;
  }
  if (!any) {
    low_ = log ? 1 : 0;
    high_ = log ? 10 : 1;
  } else if (low_ == high_) {
    const double around = std::max(std::abs(low_) * 0.1, 1e-6);
    low_ = log ? low_ / 2 : low_ - around;
    high_ = log ? high_ * 2 : high_ + around;
  }
}

TL_INLINE std::optional<double> Axis::place(double value) const {
  if (!std::isfinite(value)) return {};
  if (spacing_ == Spacing::linear)
    return (value / 2 - low_ / 2) / (high_ / 2 - low_ / 2);  // halves: no range overflows
  if (value <= 0) return {};
  return std::log(value / low_) / std::log(high_ / low_);
}

TL_INLINE std::vector<double> Axis::ticks(int wanted) const {
  std::vector<double> ticks;
  if (spacing_ == Spacing::logarithmic) {
    const int first = static_cast<int>(std::ceil(std::log10(low_) - 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(high_) + 1e-9));
    const int stride = std::max(1, (last - first + wanted) / wanted);
    for (int power = first; power <= last; power += stride) ticks.push_back(std::pow(10.0, power));
    if (ticks.size() >= 2) return ticks;
    ticks.clear();
  }
  const double rough = high_ / wanted - low_ / wanted, power = std::pow(10.0, std::floor(std::log10(rough)));
  const double ratio = rough / power;
  const double step = power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
  const double slack = step * 1e-6;
  const double first = std::ceil((low_ - slack) / step);
  for (int i = 0; i <= 2 * wanted + 1 && (first + i) * step <= high_ + slack; ++i) ticks.push_back((first + i) * step);
  return ticks;
}

}  // namespace TL_NAMESPACE::report
