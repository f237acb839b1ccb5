#pragma once
#include <algorithm>
#include <cmath>
#include <tl/sae/token_concentration.hpp>

namespace TL_NAMESPACE {

TL_INLINE TokenConcentration::Row& TokenConcentration::row_of(Token token) {
  const auto index = static_cast<std::size_t>(token);
  if (index >= rows_.size()) rows_.resize(index + 1);
  ++rows_[index].positions;
  return rows_[index];
}

TL_INLINE void TokenConcentration::spread(Row& row) const {
  if (!row.all.empty()) return;
  row.all.assign(units_, 0.f);
  for (const auto& [unit, mass] : row.few) row.all[unit] = mass;
  row.few.clear();
}

TL_INLINE void TokenConcentration::add(Token token, std::span<const float> activations) {
  Row& row = row_of(token);
  spread(row);
  for (std::size_t unit = 0; unit != units_; ++unit) row.all[unit] += std::max(0.f, activations[unit]);
}

TL_INLINE void TokenConcentration::add(Token token, std::span<const std::uint32_t> features,
                                       std::span<const float> activations) {
  Row& row = row_of(token);
  for (std::size_t i = 0; i != features.size(); ++i) {
    const float mass = std::max(0.f, activations[i]);
    if (row.all.empty()) row.few[features[i]] += mass;
    else row.all[features[i]] += mass;
  }
  if (row.few.size() > units_ / 16) spread(row);  // an entry of the map takes some 16 floats' place
}

TL_INLINE std::vector<Concentration> TokenConcentration::concentrations() const {
  double positions = 0;
  for (const Row& row : rows_) positions += row.positions;
  std::vector<Concentration> of(units_);
  std::vector<double> greatest(units_), squares(units_);
  // By token, for every unit: the order of the units does not count.
  const auto for_each_mass = [&](auto f) {
    for (std::size_t token = 0; token != rows_.size(); ++token) {
      for (const auto& [unit, mass] : rows_[token].few)
        if (mass > 0) f(token, std::size_t{unit}, double{mass});
      for (std::size_t unit = 0; unit != rows_[token].all.size(); ++unit)
        if (rows_[token].all[unit] > 0) f(token, unit, double{rows_[token].all[unit]});
    }
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
    of[unit].information += p * std::log(p * positions / rows_[token].positions);
  });
  for (std::size_t unit = 0; unit != units_; ++unit) {
    if (of[unit].mass == 0) continue;
    of[unit].top_share = greatest[unit] / of[unit].mass;
    of[unit].effective_tokens = of[unit].mass * of[unit].mass / squares[unit];
  }
  return of;
}

}  // namespace TL_NAMESPACE
