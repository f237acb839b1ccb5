#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tl/sae/token_concentration.hpp>

namespace TL_NAMESPACE {

TL_INLINE std::vector<float>& TokenConcentration::row_of(Token token) {
  const auto index = static_cast<std::size_t>(token);
  if (index >= mass_.size()) {
    mass_.resize(index + 1);
    count_.resize(index + 1);
  }
  ++count_[index];
  if (mass_[index].empty()) mass_[index].assign(units_, 0.f);
  return mass_[index];
}

TL_INLINE void TokenConcentration::add(Token token, std::span<const float> activations) {
  std::vector<float>& row = row_of(token);
  for (std::size_t unit = 0; unit != units_; ++unit) row[unit] += std::max(0.f, activations[unit]);
}

TL_INLINE void TokenConcentration::add(Token token, std::span<const std::uint32_t> features,
                                       std::span<const float> activations) {
  std::vector<float>& row = row_of(token);
  for (std::size_t i = 0; i != features.size(); ++i) row[features[i]] += std::max(0.f, activations[i]);
}

TL_INLINE std::vector<Concentration> TokenConcentration::concentrations() const {
  const double positions = std::accumulate(count_.begin(), count_.end(), 0.);
  std::vector<Concentration> of(units_);
  std::vector<double> greatest(units_), squares(units_);
  const auto for_each_mass = [&](auto f) {
    for (std::size_t token = 0; token != mass_.size(); ++token)
      for (std::size_t unit = 0; unit != mass_[token].size(); ++unit)
        if (mass_[token][unit] > 0) f(token, unit, static_cast<double>(mass_[token][unit]));
  };
  for_each_mass([&](std::size_t token, std::size_t unit, double mass) {
    of[unit].mass += mass;
    squares[unit] += mass * mass;
    if (mass > greatest[unit]) {
      greatest[unit] = mass;
      of[unit].top_token = static_cast<Token>(token);
    }
  });
  for_each_mass([&](std::size_t token, std::size_t unit, double mass) {
    const double p = mass / of[unit].mass;
    of[unit].information += p * std::log(p * positions / count_[token]);
  });
  for (std::size_t unit = 0; unit != units_; ++unit) {
    if (of[unit].mass == 0) continue;
    of[unit].top_share = greatest[unit] / of[unit].mass;
    of[unit].effective_tokens = of[unit].mass * of[unit].mass / squares[unit];
  }
  return of;
}

}  // namespace TL_NAMESPACE
