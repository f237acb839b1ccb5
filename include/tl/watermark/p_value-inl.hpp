#pragma once
#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <numbers>
#include <tl/core/error.hpp>
#include <tl/watermark/p_value.hpp>

namespace TL_NAMESPACE {

TL_INLINE double green_p_value(std::size_t green, std::size_t scored, double gamma) {
  if (green > scored) throw Error(green, " tokens are green of ", scored, " that are scored: there cannot be more");
  if (!(gamma > 0 && gamma < 1)) throw Error("gamma is ", gamma, ": it must be above 0 and below 1");
  if (green == 0) return 1;
  return boost::math::ibeta(static_cast<double>(green), static_cast<double>(scored - green) + 1, gamma);
}

TL_INLINE double randomized_green_p_value(std::size_t green, std::size_t scored, double gamma, double u) {
  const double at_least = green_p_value(green, scored, gamma);
  const double more = green == scored ? 0 : green_p_value(green + 1, scored, gamma);
  return more + u * (at_least - more);
}

TL_INLINE double green_z(std::size_t green, std::size_t scored, double gamma) {
  if (scored == 0) return 0;
  const double n = static_cast<double>(scored);
  return (static_cast<double>(green) - gamma * n) / std::sqrt(n * gamma * (1 - gamma));
}

TL_INLINE double normal_p_value(double z) { return std::erfc(z / std::numbers::sqrt2) / 2; }

}  // namespace TL_NAMESPACE
