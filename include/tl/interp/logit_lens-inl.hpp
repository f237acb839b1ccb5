#pragma once
#include <algorithm>
#include <limits>
#include <tl/interp/kl_divergence.hpp>
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

TL_INLINE void LensQuestions::store_kl(const float* logits, std::size_t d_vocab, int threads) {
  const std::size_t rows = lens_.rows();
  probabilities_.resize(d_vocab);
  const auto row_of = [&](std::size_t i) { return LogitRow{{logits + i * d_vocab, d_vocab}, log_sum_[i]}; };
  for (std::size_t i = 0; i != count_; ++i) {
    const LogitRow own = row_of(i * rows + rows - 1);
    kernels::softmax(own.logits.data(), 1, d_vocab, probabilities_.data(), threads);
    for (std::size_t row = 0; row != rows; ++row)
      lens_.kl(row, first_ + i) = static_cast<float>(kl_divergence(probabilities_, own, row_of(i * rows + row)));
  }
}

}  // namespace TL_NAMESPACE::detail
