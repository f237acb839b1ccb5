#pragma once
// A continuous axis: its range, round numbers along it, and where a value lies.
#include <optional>
#include <span>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE::report {

enum class Spacing { linear, logarithmic };

class Axis {
 public:
  // From the least to the greatest of the values that have a place: finite, and positive on a logarithmic axis. A range
  // of one value is widened; without any it is 0 to 1 (1 to 10).
  Axis(std::span<const double> values, Spacing spacing);

  double low() const { return low_; }
  double high() const { return high_; }
  // 0 at low, 1 at high; nothing for a value without a place.
  std::optional<double> place(double value) const;
  // 1, 2 or 5 times a power of ten, about `wanted` of them within the range; on a logarithmic axis powers of ten where
  // there are two.
  std::vector<double> ticks(int wanted = 5) const;

 private:
  Spacing spacing_;
  double low_, high_;
};

}  // namespace TL_NAMESPACE::report

#ifdef TL_HEADER_ONLY
#include <tl/report/axis-inl.hpp>
#endif
