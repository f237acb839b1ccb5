#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <tl/interp/kl_divergence.hpp>
#include <tl/kernels/parallel.hpp>
#include <tl/kernels/read_logits.hpp>
#include <tl/kernels/softmax.hpp>
#include <tl/sae/reconstruction_quality.hpp>

namespace TL_NAMESPACE::detail {

TL_INLINE std::size_t replaceable_width(const Config& config, std::string_view hook_name) {
  const HookRef ref = resolve_or_throw(hook_name, config.n_layer);
  const std::size_t width = row_width(ref.point, config);
  if (ref.layer == every_layer || width == 0)
    throw Error("`", hook_name, "` is no place for reconstructions: one layer and a row of fixed width are wanted");
  return width;
}

TL_INLINE void QualitySums::add(std::span<const float> x, std::span<const float> replaced) {
  for (std::size_t first = 0; first != x.size(); first += width_) {
    double x_x = 0, x_r = 0, r_r = 0, error = 0;
    for (std::size_t i = 0; i != width_; ++i) {
      const double a = static_cast<double>(x[first + i]), b = static_cast<double>(replaced[first + i]);
      sum_[i] += a;
      x_x += a * a;
      x_r += a * b;
      r_r += b * b;
      error += (a - b) * (a - b);
    }
    x_x_ += x_x;
    x_r_ += x_r;
    r_r_ += r_r;
    error_ += error;
    if (x_x > 0 && r_r > 0) cosine_ += x_r / std::sqrt(x_x * r_r);
    ++rows_;
  }
}

TL_INLINE ReconstructionQuality QualitySums::quality() const {
  const double rows = static_cast<double>(rows_);
  double variance = x_x_;
  for (const double sum : sum_) variance -= sum * sum / rows;
  ReconstructionQuality quality;
  quality.positions = rows_;
  quality.fvu = error_ == 0 ? 0 : error_ / variance;
  quality.cosine = cosine_ / rows;
  quality.relative_bias = r_r_ / x_r_;
  quality.cross_entropy = cross_entropy / static_cast<double>(predicted);
  quality.kl = kl / rows;
  return quality;
}

TL_INLINE DocumentLogits::DocumentLogits(std::span<const Token> tokens, std::vector<float> logits, int threads)
    : tokens_(tokens.size()),
      d_vocab_(logits.size() / tokens.size()),
      logits_(std::move(logits)),
      log_sum_(tokens_),
      target_logit_(tokens_) {
  std::vector<Token> next(tokens.begin() + 1, tokens.end());
  next.push_back(0);  // nothing follows the last: its answer is not used
  kernels::read_logits(
      logits_.data(), tokens_, d_vocab_,
      {.log_sum_exp = log_sum_.data(), .target = next.data(), .target_logit = target_logit_.data()}, threads);
}

TL_INLINE double DocumentLogits::cross_entropy(std::size_t first) const {
  double sum = 0;
  for (std::size_t pos = first; pos + 1 < tokens_; ++pos)
    sum += static_cast<double>(log_sum_[pos]) - static_cast<double>(target_logit_[pos]);
  return sum;
}

TL_INLINE double DocumentLogits::kl_to(const DocumentLogits& other, std::size_t first, int threads) const {
  const std::size_t rows = tokens_ - std::min(tokens_, first);
  std::vector<double> of_row(rows);
  std::vector<float> probabilities(rows * d_vocab_);
  kernels::softmax(logits_.data() + first * d_vocab_, rows, d_vocab_, probabilities.data(), threads);
  kernels::parallel_for(rows, threads, [&](std::size_t i, int) {
    const auto row_of = [&](const DocumentLogits& of) {
      return LogitRow{std::span(of.logits_).subspan((first + i) * d_vocab_, d_vocab_), of.log_sum_[first + i]};
    };
    of_row[i] = kl_divergence(std::span(probabilities).subspan(i * d_vocab_, d_vocab_), row_of(*this), row_of(other));
  });
  double sum = 0;
  for (const double each : of_row) sum += each;
  return sum;
}

}  // namespace TL_NAMESPACE::detail
