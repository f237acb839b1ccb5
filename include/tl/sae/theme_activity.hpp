#pragma once
// How well features tell a theme: where they are active against where it is spoken of.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

class ThemeActivity {
 public:
  explicit ThemeActivity(std::size_t d_sae) : mass_(d_sae), theme_mass_(d_sae), theme_active_(d_sae) {}

  // The active features of one position, and whether its token is of the theme.
  void add(bool of_theme, std::span<const std::uint32_t> features, std::span<const float> values) {
    theme_positions_ += of_theme;
    for (std::size_t i = 0; i != features.size(); ++i) {
      const double value = static_cast<double>(values[i]);
      mass_[features[i]] += value;
      if (!of_theme) continue;
      theme_mass_[features[i]] += value;
      ++theme_active_[features[i]];
    }
  }

  std::size_t theme_positions() const { return theme_positions_; }
  // The share of a feature's activation that is at the theme's positions; 0 of one that never is active.
  double precision(std::size_t feature) const {
    return mass_[feature] > 0 ? theme_mass_[feature] / mass_[feature] : 0;
  }
  // The share of the theme's positions where it is active.
  double recall(std::size_t feature) const {
    return theme_positions_ == 0 ? 0
                                 : static_cast<double>(theme_active_[feature]) / static_cast<double>(theme_positions_);
  }
  // Their harmonic mean.
  double f1(std::size_t feature) const {
    const double p = precision(feature), r = recall(feature);
    return p + r > 0 ? 2 * p * r / (p + r) : 0;
  }
  // The features of greatest f1, greatest first; of equals the lower one.
  std::vector<std::size_t> best(std::size_t count) const {
    std::vector<std::size_t> order(mass_.size());
    for (std::size_t i = 0; i != order.size(); ++i) order[i] = i;
    const std::size_t kept = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                      [this](std::size_t a, std::size_t b) {
                        const double of_a = f1(a), of_b = f1(b);
                        return of_a != of_b ? of_a > of_b : a < b;
                      });
    order.resize(kept);
    return order;
  }

 private:
  std::vector<double> mass_, theme_mass_;
  std::vector<std::size_t> theme_active_;
  std::size_t theme_positions_ = 0;
};

}  // namespace TL_NAMESPACE
