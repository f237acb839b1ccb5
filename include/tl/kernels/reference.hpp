#pragma once
// The kernels as plain loops over doubles: what they mean, and the oracle that tests compare them with.
#include <cmath>
#include <cstddef>
#include <limits>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/linear.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels::reference {

// What a row of x is multiplied as, by linear.hpp's storage S.
template <StorageType S>
std::vector<double> rounded(const float* x, std::size_t k) {
  std::vector<double> row(x, x + k);
  if constexpr (std::same_as<S, bf16>)
    for (std::size_t i = 0; i != k; ++i) row[i] = to_bf16(x[i]);
  if constexpr (std::same_as<S, int8>) {
    float largest = 0;
    for (std::size_t i = 0; i != k; ++i) largest = std::fmax(largest, std::isnan(x[i]) ? x[i] : std::fabs(x[i]));
    const float scale = int8_step(largest), steps_a_unit = 1 / scale;
    for (double& value : row)
      value = scale == 0 ? 0 : nearest_step(static_cast<float>(value * double{steps_a_unit})) * double{scale};
  }
  return row;
}

// y[r][c] = bias[c] + sum over k of rounded x[r][k] w(k, c), for the columns given. magnitude, where not null, gets the
// sum of the products' magnitudes: what errors are measured by.
template <StorageType S>
void linear(const float* x, std::size_t x_stride, std::size_t rows, const PackedMatrix<S>& w, const float* bias,
            float* y, std::size_t y_stride, Columns columns, float* magnitude = nullptr) {
  for (std::size_t r = 0; r != rows; ++r) {
    const auto row = rounded<S>(x + r * x_stride, w.k);
    for (std::size_t c = columns.first; c != columns.last; ++c) {
      double sum = bias ? bias[c] : 0, size = std::fabs(sum);
      for (std::size_t k = 0; k != w.k; ++k) {
        const double product = row[k] * double{w(k, c)};
        sum += product;
        size += std::fabs(product);
      }
      y[r * y_stride + c] = static_cast<float>(sum);
      if (magnitude != nullptr) magnitude[r * y_stride + c] = static_cast<float>(size);
    }
  }
}

// One row: out = (x - mean) / sqrt(variance + epsilon) * w + b; returns the scale, sqrt(variance + epsilon).
inline float layer_norm(const float* x, const float* w, const float* b, std::size_t d, float epsilon, float* out) {
  double mean = 0, variance = 0;
  for (std::size_t i = 0; i != d; ++i) mean += x[i];
  mean /= static_cast<double>(d);
  for (std::size_t i = 0; i != d; ++i) variance += (x[i] - mean) * (x[i] - mean);
  const double scale = std::sqrt(variance / static_cast<double>(d) + epsilon);
  for (std::size_t i = 0; i != d; ++i) out[i] = static_cast<float>((x[i] - mean) / scale * w[i] + b[i]);
  return static_cast<float>(scale);
}

inline double gelu_tanh(double x) {
  return x / 2 * (1 + std::tanh(std::sqrt(2 / 3.14159265358979323846) * (x + 0.044715 * x * x * x)));
}
inline double gelu_exact(double x) { return x / 2 * std::erfc(-x / std::sqrt(2.)); }

// log(sum(exp(x))) of one row; -inf where all are -inf.
inline double log_sum_exp(const float* x, std::size_t n) {
  double most = -std::numeric_limits<double>::infinity(), sum = 0;
  for (std::size_t i = 0; i != n; ++i) most = std::fmax(most, x[i]);
  if (std::isinf(most)) return most;
  for (std::size_t i = 0; i != n; ++i) sum += std::exp(x[i] - most);
  return most + std::log(sum);
}
// softmax of one row; zeros where all are -inf. y may be x.
inline void softmax(const float* x, std::size_t n, float* y) {
  const double log_sum = log_sum_exp(x, n);
  for (std::size_t i = 0; i != n; ++i) y[i] = std::isinf(log_sum) ? 0 : static_cast<float>(std::exp(x[i] - log_sum));
}

// q [rows, head, d_head] -> z; where `pattern` is not null, row r's goes there, [head, length[r]] at first_score[r].
inline void attention(const float* q, const Pasts& pasts, const KeyValues& cache, float* z, float* pattern) {
  for (std::size_t r = 0; r != pasts.rows; ++r) {
    std::vector<std::size_t> slots;
    for (auto s = pasts.first_span[r]; s != pasts.first_span[r + 1]; ++s)
      for (std::size_t i = 0; i != pasts.spans[s].count; ++i) slots.push_back(pasts.spans[s].first + i);
    std::vector<float> row(slots.size());
    for (std::size_t head = 0; head != cache.n_head; ++head) {
      const std::size_t at = (r * cache.n_head + head) * cache.d_head;
      for (std::size_t i = 0; i != slots.size(); ++i) {
        double score = 0;
        for (std::size_t d = 0; d != cache.d_head; ++d)
          score += double{q[at + d]} * double{cache.blocks[slots[i] / block_slots][cache.key_index(head, d, slots[i])]};
        row[i] = static_cast<float>(score / std::sqrt(static_cast<double>(cache.d_head)));
      }
      softmax(row.data(), row.size(), row.data());
      for (std::size_t d = 0; d != cache.d_head; ++d) {
        double sum = 0;
        for (std::size_t i = 0; i != slots.size(); ++i)
          sum += double{row[i]} * double{cache.blocks[slots[i] / block_slots][cache.value_index(head, slots[i], d)]};
        z[at + d] = static_cast<float>(sum);
      }
      if (pattern != nullptr)
        for (std::size_t i = 0; i != slots.size(); ++i)
          pattern[pasts.first_score[r] + head * slots.size() + i] = row[i];
    }
  }
}

}  // namespace TL_NAMESPACE::kernels::reference
