#pragma once
// The normalisations of a row, as SAELens has them. Sums are in double, where a product of two floats is exact: no
// compiler can change a bit by fusing.
#include <cmath>
#include <cstddef>
#include <tl/sae/sae_config.hpp>

namespace TL_NAMESPACE::detail {

// What undoes a normalisation: x = scale * normalised + mean.
struct RowScale {
  float mean = 0, scale = 1;
};

// Whether something is done to a row; the factor of expected_average_only_in is the one who trains folds in.
constexpr bool normalises(SaeNormalisation n) {
  return n == SaeNormalisation::constant_norm_rescale || n == SaeNormalisation::layer_norm;
}

// x [d] -> to [d]. constant_norm_rescale: x sqrt(d) / |x|. layer_norm: (x - mean) / (std + 1e-5), std with d - 1 below
// the sum and without the 1e-5 when it is undone.
inline RowScale normalise(SaeNormalisation how, const float* x, std::size_t d, float* to) {
  RowScale row;
  const auto squares = [&] {
    double sum = 0;
    for (std::size_t c = 0; c != d; ++c) sum += static_cast<double>(to[c]) * static_cast<double>(to[c]);
    return sum;
  };
  for (std::size_t c = 0; c != d; ++c) to[c] = x[c];
  if (how == SaeNormalisation::constant_norm_rescale) {
    const double norm = std::sqrt(squares()), root = std::sqrt(static_cast<double>(d));
    row.scale = static_cast<float>(norm / root);
    const auto factor = static_cast<float>(norm == 0 ? 1 : root / norm);
    for (std::size_t c = 0; c != d; ++c) to[c] *= factor;
  } else if (how == SaeNormalisation::layer_norm) {
    double sum = 0;
    for (std::size_t c = 0; c != d; ++c) sum += static_cast<double>(x[c]);
    row.mean = static_cast<float>(sum / static_cast<double>(d));
    for (std::size_t c = 0; c != d; ++c) to[c] -= row.mean;
    // The mean is rounded: what is left of it counts in torch's standard deviation too.
    double rest = 0;
    for (std::size_t c = 0; c != d; ++c) rest += static_cast<double>(to[c]);
    const double variance = squares() - rest * rest / static_cast<double>(d);
    row.scale = static_cast<float>(std::sqrt(std::fmax(variance, 0.) / static_cast<double>(d - 1)));
    const float divisor = row.scale + 1e-5f;
    for (std::size_t c = 0; c != d; ++c) to[c] /= divisor;
  }
  return row;
}

inline void undo(float mean, float scale, std::size_t d, float* y) {
  for (std::size_t c = 0; c != d; ++c)
    y[c] = static_cast<float>(static_cast<double>(y[c]) * static_cast<double>(scale) + static_cast<double>(mean));
}

}  // namespace TL_NAMESPACE::detail
