#pragma once
// Which features write in nearly the same direction.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

struct NearFeature {
  std::size_t feature;
  float cosine;
};

// The `count` features whose rows of W_dec [d_sae, d_out] are most alike to that of `feature`, itself left out; the
// most alike first, of equals the lower one. A row of zeros is like none.
inline std::vector<NearFeature> nearest_features(std::span<const float> W_dec, std::size_t d_out, std::size_t feature,
                                                 std::size_t count) {
  const auto row = [&](std::size_t i) { return W_dec.subspan(i * d_out, d_out); };
  const auto product = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t k = 0; k != d_out; ++k) sum += static_cast<double>(row(i)[k]) * static_cast<double>(row(j)[k]);
    return sum;
  };
  const double own = product(feature, feature);
  std::vector<NearFeature> near;
  for (std::size_t other = 0; other != W_dec.size() / d_out; ++other) {
    if (other == feature) continue;
    const double norms = std::sqrt(own * product(other, other));
    near.push_back({other, norms > 0 ? static_cast<float>(product(feature, other) / norms) : 0.f});
  }
  const std::size_t kept = std::min(count, near.size());
  std::partial_sort(near.begin(), near.begin() + static_cast<std::ptrdiff_t>(kept), near.end(),
                    [](const NearFeature& a, const NearFeature& b) {
                      return a.cosine != b.cosine ? a.cosine > b.cosine : a.feature < b.feature;
                    });
  near.resize(kept);
  return near;
}

}  // namespace TL_NAMESPACE
