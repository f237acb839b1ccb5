#pragma once
#include <cmath>
#include <tl/interp/head_detector.hpp>

namespace TL_NAMESPACE {

TL_INLINE HeadDetector::HeadDetector(const Config& config, std::span<const Token> tokens, AttentionPattern pattern,
                                     DetectorOptions options)
    : n_head_(config.n_head),
      tokens_(tokens),
      pattern_(std::move(pattern)),
      options_(options),
      sums_(config.n_layer * config.n_head),
      queries_(config.n_layer) {}

TL_INLINE void HeadDetector::add(const float* attention, std::size_t keys, const Context& at) {
  const std::size_t query = at.position();
  const auto layer = static_cast<std::size_t>(at.layer);
  Queries& queries = queries_[layer];
  if (query >= tokens_.size() || query < queries.next)
    throw Error("a head detector of ", tokens_.size(), " tokens is shown position ", query, " after ", queries.seen,
                ": it watches one run of the prompt it was made for");
  queries.next = query + 1;
  ++queries.seen;
  weights_.resize(keys);
  bool any = false;
  for (std::size_t key = 0; key != keys; ++key) {
    weights_[key] = pattern_(query, at.key_position(key), tokens_);
    any = any || weights_[key] != 0;
  }
  queries.named += any;
  for (std::size_t head = 0; head != n_head_; ++head) {
    Sums& sums = sums_[layer * n_head_ + head];
    for (std::size_t key = 0; key != keys; ++key) {
      const std::size_t position = at.key_position(key);
      if ((options_.exclude_bos && position == 0) || (options_.exclude_current_token && position == query)) continue;
      const double a = static_cast<double>(attention[head * keys + key]), w = static_cast<double>(weights_[key]);
      sums.matched += a * w;
      sums.attention += a;
      sums.difference += std::abs(a - w);
    }
  }
}

TL_INLINE HeadScores HeadDetector::scores() const {
  HeadScores scores(queries_.size(), n_head_);
  for (std::size_t i = 0; i != sums_.size(); ++i) {
    const Sums& sums = sums_[i];
    const auto ratio = [](double a, double b) { return b == 0 ? 0 : a / b; };
    const double score = options_.measure == PatternMeasure::mul ? ratio(sums.matched, sums.attention)
                         : options_.measure == PatternMeasure::abs
                             ? 1 - ratio(sums.difference, static_cast<double>(queries_[i / n_head_].seen))
                             : ratio(sums.matched, static_cast<double>(queries_[i / n_head_].named));
    scores.data()[i] = static_cast<float>(score);
  }
  return scores;
}

}  // namespace TL_NAMESPACE
