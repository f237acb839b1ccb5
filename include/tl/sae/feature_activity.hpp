#pragma once
// What features do over texts: how often each is active, how strong it gets, and where it is strongest.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tl/core/namespace.hpp>
#include <tl/interp/top_activations.hpp>
#include <tl/sae/activation_histogram.hpp>
#include <vector>

namespace TL_NAMESPACE {

class FeatureActivity {
 public:
  // Of each feature the `places` texts are kept where it gets strongest, and with them a histogram; none where 0.
  explicit FeatureActivity(std::size_t d_sae, std::size_t places = 0)
      : active_(d_sae), greatest_(d_sae), histograms_(places == 0 ? 0 : d_sae) {
    top_.assign(histograms_.size(), TopActivations(places, true));
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
      if (top_.empty()) continue;
      top_[feature].offer({values[i], text, position});
      histograms_[feature].add(values[i]);
    }
  }

  std::size_t positions() const { return positions_; }
  std::size_t features() const { return active_.size(); }
  // Features active at a position, on average.
  double l0() const { return static_cast<double>(entries_) / static_cast<double>(positions_); }
  // How many positions a feature is active at, and their share.
  std::size_t active(std::size_t feature) const { return active_[feature]; }
  double density(std::size_t feature) const {
    return static_cast<double>(active_[feature]) / static_cast<double>(positions_);
  }
  // The share of features that never are.
  double dead() const {
    return static_cast<double>(std::count(active_.begin(), active_.end(), std::size_t{0})) /
           static_cast<double>(active_.size());
  }
  float greatest(std::size_t feature) const { return greatest_[feature]; }

  // Where a feature is strongest, one place of a text, the strongest first; and how often it has which activation.
  std::vector<TopActivation> top(std::size_t feature) const { return top_[feature].sorted(); }
  const ActivationHistogram& histogram(std::size_t feature) const { return histograms_[feature]; }

 private:
  std::vector<std::size_t> active_;
  std::vector<float> greatest_;
  std::vector<ActivationHistogram> histograms_;
  std::vector<TopActivations> top_;
  std::size_t positions_ = 0, entries_ = 0;
};

}  // namespace TL_NAMESPACE
