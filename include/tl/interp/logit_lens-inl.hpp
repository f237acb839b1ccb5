#pragma once
#include <algorithm>
#include <limits>
#include <tl/interp/logit_lens.hpp>
#include <tl/kernels/softmax.hpp>

namespace TL_NAMESPACE::detail {

TL_INLINE LensQuestions::LensQuestions(LogitLens& lens, std::span<const Token> tokens, std::size_t some)
    : lens_(lens),
      tokens_(tokens),
      log_sum_(some * lens.rows()),
      target_logit_(some * lens.rows()),
      target_(some * lens.rows()),
      top_(some * lens.rows() * lens.top.extent<"rank">()) {}

TL_INLINE kernels::LogitQuestions LensQuestions::about(std::size_t first, std::size_t count) {
  first_ = first, count_ = count;
  for (std::size_t i = 0; i != count * lens_.rows(); ++i) {
    const std::size_t next = lens_.positions[first + i / lens_.rows()] + 1;
    target_[i] = next < tokens_.size() ? tokens_[next] : 0;
  }
  return {.log_sum_exp = log_sum_.data(),
          .target = target_.data(),
          .target_logit = target_logit_.data(),
          .top = top_.data(),
          .top_count = lens_.top.extent<"rank">()};
}

TL_INLINE void LensQuestions::store(const float* logits, std::size_t d_vocab, int threads) {
  const std::size_t top_count = lens_.top.extent<"rank">();
  for (std::size_t i = 0; i != count_ * lens_.rows(); ++i) {
    const std::size_t row = i % lens_.rows(), pos = first_ + i / lens_.rows();
    for (std::size_t rank = 0; rank != top_count; ++rank) {
      const kernels::TokenLogit& found = top_[i * top_count + rank];
      lens_.top(row, pos, rank) = {found.token, found.logit - log_sum_[i]};
    }
    const bool has_next = lens_.positions[pos] + 1 < tokens_.size();
    lens_.cross_entropy(row, pos) = has_next ? log_sum_[i] - target_logit_[i] : std::numeric_limits<float>::quiet_NaN();
  }
  if (logits) store_kl(logits, d_vocab, threads);
}

// KL(p || q) = sum of p (log p - log q). What is left of rounding where the two are alike may be below 0.
TL_INLINE void LensQuestions::store_kl(const float* logits, std::size_t d_vocab, int threads) {
  const std::size_t rows = lens_.rows();
  probabilities_.resize(d_vocab);
  for (std::size_t i = 0; i != count_; ++i) {
    const std::size_t final = i * rows + rows - 1;
    const float *own = logits + final * d_vocab, *p = probabilities_.data();
    kernels::softmax(own, 1, d_vocab, probabilities_.data(), threads);
    for (std::size_t row = 0; row != rows; ++row) {
      const float* other = logits + (i * rows + row) * d_vocab;
      double sum = 0;
      for (std::size_t v = 0; v != d_vocab; ++v)
        sum += static_cast<double>(p[v]) * (static_cast<double>(own[v]) - static_cast<double>(other[v]));
      const double kl = sum - (static_cast<double>(log_sum_[final]) - static_cast<double>(log_sum_[i * rows + row]));
      lens_.kl(row, first_ + i) = static_cast<float>(std::max(0., kl));
    }
  }
}

}  // namespace TL_NAMESPACE::detail
