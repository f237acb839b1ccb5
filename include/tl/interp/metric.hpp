#pragma once
// A number to be read off the logits of one position.
#include <cmath>
#include <functional>
#include <span>
#include <tl/core/error.hpp>
#include <tl/core/token.hpp>
#include <tl/kernels/read_logits.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Either of chosen tokens' logits (as log-probabilities, if it says so), for which the others are not computed, or of
// all.
struct Metric {
  std::vector<Token> tokens;
  bool log_probs = false;
  bool of_all_logits = false;
  std::function<double(std::span<const float>)> value;
};

// logit(answer) - logit(foil)
inline Metric logit_difference(Token answer, Token foil) {
  return {{answer, foil}, false, false, [](std::span<const float> x) { return double{x[0]} - double{x[1]}; }};
}
inline Metric logit(Token answer) {
  return {{answer}, false, false, [](std::span<const float> x) { return double{x[0]}; }};
}
// log p(answer), nats
inline Metric log_prob(Token answer) {
  return {{answer}, true, false, [](std::span<const float> x) { return double{x[0]}; }};
}
// p(answer)
inline Metric probability(Token answer) {
  return {{answer}, true, false, [](std::span<const float> x) { return std::exp(double{x[0]}); }};
}
// f of the logits [d_vocab]
template <class F>
Metric of_logits(F f) {
  return {{}, false, true, std::move(f)};
}

// The reading of a metric for several rows at once.
class MetricReading {
 public:
  // Throws Error where the metric names a token that the vocabulary does not have.
  MetricReading(const Metric& metric, std::size_t rows, std::size_t d_vocab)
      : metric_(metric), rows_(rows), d_vocab_(d_vocab) {
    for (const Token token : metric.tokens)
      if (token < 0 || static_cast<std::size_t>(token) >= d_vocab)
        throw Error("a metric names token ", token, ", and the vocabulary has ", d_vocab, " tokens");
    logits_.resize(rows * metric.tokens.size());
    if (metric.log_probs) normaliser_.resize(rows);
  }

  // To be asked of the rows' logits.
  kernels::LogitQuestions questions() {
    return {.log_sum_exp = metric_.log_probs ? normaliser_.data() : nullptr,
            .columns = metric_.tokens.data(),
            .column_count = metric_.tokens.size(),
            .column_logits = logits_.data()};
  }
  // The metric of each row, once the questions are answered; of a metric of all logits, from them: [rows, d_vocab].
  void values(const float* logits, std::span<double> out) {
    const std::size_t n = metric_.tokens.size();
    for (std::size_t r = 0; r != rows_; ++r) {
      if (metric_.of_all_logits) {
        out[r] = metric_.value({logits + r * d_vocab_, d_vocab_});
        continue;
      }
      const std::span<float> of_row(logits_.data() + r * n, n);
      if (metric_.log_probs)
        for (float& x : of_row) x -= normaliser_[r];
      out[r] = metric_.value(of_row);
    }
  }

 private:
  const Metric& metric_;
  std::size_t rows_, d_vocab_;
  std::vector<float> logits_, normaliser_;
};

}  // namespace TL_NAMESPACE
