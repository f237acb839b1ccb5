#pragma once
// Stages that remove the less probable tokens. Each leaves at least one where it is given one.
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/heaviest.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>

namespace TL_NAMESPACE {

// The k tokens of greatest logit, exactly k (all, where fewer are left): ties go to the lower index
// (Fan, Lewis, Dauphin, "Hierarchical neural story generation", 2018).
class TopK {
 public:
  static constexpr StageKind kind = StageKind::truncates;

  // Throws Error where k is 0.
  explicit TopK(std::size_t k) : k_(k) {
    if (k == 0) throw Error("top_k is 0: at least one token must be kept; leave the stage out to keep all");
  }

  void operator()(std::span<float> logits, const StepContext&) const {
    if (k_ >= logits.size()) return;
    keep_heaviest(
        logits, [](float) { return 1.0; }, [this](double) { return static_cast<double>(k_); });
  }

 private:
  std::size_t k_;
};

// The smallest set of most probable tokens whose probabilities sum to p or more, the nucleus; ties go to the lower
// index (Holtzman et al., "The curious case of neural text degeneration", 2020).
class TopP {
 public:
  static constexpr StageKind kind = StageKind::truncates;

  // Throws Error unless 0 < p <= 1; 1 changes nothing.
  explicit TopP(double p) : p_(p) {
    if (!(p > 0 && p <= 1)) throw Error("top_p is ", p, ": it must be above 0 and at most 1 (1 is off)");
  }

  void operator()(std::span<float> logits, const StepContext&) const {
    const float top = greatest_logit(logits);
    if (p_ == 1 || !std::isfinite(top)) return;
    keep_heaviest(
        logits, [top](float logit) { return relative_probability(logit, top); },
        [this](double total) { return p_ * total; });
  }

 private:
  double p_;
};

// Tokens at least min_p times as probable as the most probable one
// (Nguyen et al., "Turning up the heat: min-p sampling", 2024).
class MinP {
 public:
  static constexpr StageKind kind = StageKind::truncates;

  // Throws Error unless 0 <= min_p <= 1; 0 changes nothing.
  explicit MinP(double min_p) : margin_(std::log(min_p)) {
    if (!(min_p >= 0 && min_p <= 1)) throw Error("min_p is ", min_p, ": it must be at least 0 (off) and at most 1");
  }

  void operator()(std::span<float> logits, const StepContext&) const {
    const double least = greatest_logit(logits) + margin_;
    for (float& logit : logits) logit = logit < least ? removed_logit : logit;
  }

 private:
  double margin_;  // in nats, below the greatest logit
};

}  // namespace TL_NAMESPACE
