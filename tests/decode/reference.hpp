#pragma once
// The obvious versions, to test against: sorted lists and long double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <tl/core/philox.hpp>
#include <tl/decode/stage.hpp>
#include <vector>

namespace reference {

// What the Error says that the call throws; empty where it throws none.
inline std::string message(const auto& call) {
  try {
    call();
  } catch (const tl::Error& error) {
    return error.what();
  }
  return {};
}
inline bool mentions(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

inline std::vector<double> probabilities(std::span<const float> logits) {
  const float top = *std::ranges::max_element(logits);
  std::vector<long double> p(logits.size());
  for (std::size_t i = 0; i != p.size(); ++i) p[i] = std::exp(static_cast<long double>(logits[i]) - top);
  const long double sum = std::accumulate(p.begin(), p.end(), 0.0L);
  std::vector<double> result(p.size());
  for (std::size_t i = 0; i != p.size(); ++i) result[i] = static_cast<double>(p[i] / sum);
  return result;
}

// Token ids by falling logit, equal ones by rising id.
inline std::vector<std::size_t> sorted(std::span<const float> logits) {
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return logits[a] > logits[b]; });
  return order;
}

// The logits with all but the first `kept` tokens of `order` removed.
inline std::vector<float> keep(std::span<const float> logits, std::span<const std::size_t> order, std::size_t kept) {
  std::vector<float> result(logits.size(), tl::removed_logit);
  for (std::size_t i = 0; i != std::min(kept, order.size()); ++i) result[order[i]] = logits[order[i]];
  return result;
}

// Logits of many kinds, by seed: spread or narrow, with ties, with removed tokens, with an outlier, near zero.
inline std::vector<float> logits(std::size_t n, std::uint64_t seed) {
  std::vector<float> result(n);
  tl::fill_normal(result, seed % 3 == 0 ? 8 : 1.5, {seed, 0}, 0, tl::Purpose::test);
  for (std::size_t i = 0; i != n; ++i) {
    const double u = tl::uniform({seed, 1}, 0, tl::Purpose::test, i);
    if (seed % 2 == 1) result[i] = std::round(2 * result[i]) / 2;  // ties, -0 among them
    if (seed % 5 == 2 && u < 0.3) result[i] = tl::removed_logit;
    if (seed % 5 == 3) result[i] -= 90;
    if (seed % 7 == 4) result[i] *= 1e-30f;
    if (seed % 11 == 6 && u < 0.1) result[i] *= 1e35f;
  }
  return result;
}

// The upper 1e-4 quantile of chi-square (Wilson and Hilferty, 1931).
inline double chi_square_limit(double degrees) {
  const double v = 2 / (9 * degrees);
  return degrees * std::pow(1 - v + 3.719 * std::sqrt(v), 3);
}

// Chi-square of what is picked at 20,000 positions against probabilities p, by its limit: below 1 where they are the
// pick's own. Infinite where a token of probability 0 is picked.
template <class Pick>
double chi_square_of_draws(const Pick& pick, const std::vector<float>& logits, const std::vector<double>& p) {
  constexpr std::size_t draws = 20'000;
  std::vector<double> count(p.size());
  for (std::size_t i = 0; i != draws; ++i) {
    auto copy = logits;
    ++count[static_cast<std::size_t>(pick(copy, {.position = i}, {9, 0}))];
  }
  double chi_square = 0, degrees = -1;
  for (std::size_t i = 0; i != p.size(); ++i) {
    if (p[i] == 0 && count[i] != 0) return std::numeric_limits<double>::infinity();
    if (p[i] != 0) chi_square += (count[i] - p[i] * draws) * (count[i] - p[i] * draws) / (p[i] * draws), ++degrees;
  }
  return chi_square / chi_square_limit(degrees);
}

}  // namespace reference
