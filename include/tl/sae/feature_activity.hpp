#pragma once
// What features do over texts: how often each is active and how strong it gets, and of chosen ones where they are
// strongest and every value.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tl/core/error.hpp>
#include <tl/interp/top_activations.hpp>
#include <vector>

namespace TL_NAMESPACE {

class FeatureActivity {
 public:
  // Of each chosen feature the `places` greatest activations are kept. Throws Error where one is none of d_sae.
  FeatureActivity(std::size_t d_sae, std::vector<std::size_t> chosen, std::size_t places)
      : of_chosen_(d_sae, none), active_(d_sae), greatest_(d_sae), chosen_(std::move(chosen)), values_(chosen_.size()) {
    for (std::size_t i = 0; i != chosen_.size(); ++i) {
      if (chosen_[i] >= d_sae) throw Error("there is no feature ", chosen_[i], ": this SAE has ", d_sae);
      of_chosen_[chosen_[i]] = i;
      top_.emplace_back(places);
    }
  }

  // The active features of one position.
  void add(std::span<const std::uint32_t> features, std::span<const float> values, std::size_t text,
           std::size_t position) {
    ++positions_;
    entries_ += features.size();
    for (std::size_t i = 0; i != features.size(); ++i) {
      const std::size_t feature = features[i];
      ++active_[feature];
      greatest_[feature] = std::max(greatest_[feature], values[i]);
      if (const std::size_t place = of_chosen_[feature]; place != none) {
        top_[place].offer({values[i], text, position});
        values_[place].push_back(values[i]);
      }
    }
  }

  std::size_t positions() const { return positions_; }
  std::size_t features() const { return active_.size(); }
  // Features active at a position, on average.
  double l0() const { return static_cast<double>(entries_) / static_cast<double>(positions_); }
  // The share of positions where a feature is active.
  double density(std::size_t feature) const {
    return static_cast<double>(active_[feature]) / static_cast<double>(positions_);
  }
  // The share of features that never are.
  double dead() const {
    return static_cast<double>(std::count(active_.begin(), active_.end(), std::size_t{0})) /
           static_cast<double>(active_.size());
  }
  float greatest(std::size_t feature) const { return greatest_[feature]; }

  std::span<const std::size_t> chosen() const { return chosen_; }
  // Of the i-th chosen feature: its strongest places, and its value wherever it was active.
  std::vector<TopActivation> top(std::size_t i) const { return top_[i].sorted(); }
  std::span<const float> values(std::size_t i) const { return values_[i]; }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  std::vector<std::size_t> of_chosen_, active_;
  std::vector<float> greatest_;
  std::vector<std::size_t> chosen_;
  std::vector<std::vector<float>> values_;
  std::vector<TopActivations> top_{};
  std::size_t positions_ = 0, entries_ = 0;
};

}  // namespace TL_NAMESPACE
