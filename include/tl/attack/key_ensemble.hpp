#pragma once
// Watermarks of several keys, averaged until none is left.
#include <cmath>
#include <cstddef>
#include <span>
#include <tl/core/error.hpp>
#include <tl/decode/logits.hpp>
#include <tl/decode/stage.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// What is averaged: the distributions, or their logarithms. The latter leaves delta / n of each of n keys, exactly.
enum class Averaging { probabilities, logarithms };

// The mean of the distributions that several watermarks make of the model's: what somebody draws from who may ask
// several services, each with a key of its own, for the distribution of the same model. Three keys or more wash out a
// watermark of the usual strength.
template <LogitStage Marked>
class KeyEnsemble {
 public:
  static constexpr StageKind kind = StageKind::adjusts_logits;

  // Throws Error where there are not two watermarks at least.
  explicit KeyEnsemble(std::vector<Marked> marked, Averaging averaging = Averaging::probabilities)
      : marked_(std::move(marked)), averaging_(averaging) {
    if (marked_.size() < 2) throw Error("an ensemble has ", marked_.size(), " keys: a mean needs two at least");
  }

  void operator()(std::span<float> logits, const StepContext& context) const {
    const double share = 1 / static_cast<double>(marked_.size());
    std::vector<float> one;
    std::vector<double> mean(logits.size());
    for (const Marked& stage : marked_) {
      one.assign(logits.begin(), logits.end());
      stage(one, context);
      const float top = greatest_logit(one);
      double sum = 0;
      for (const float logit : one) sum += relative_probability(logit, top);
      for (std::size_t i = 0; i != one.size(); ++i)
        mean[i] += averaging_ == Averaging::logarithms ? share * double{one[i]}
                                                       : share * relative_probability(one[i], top) / sum;
    }
    for (std::size_t i = 0; i != logits.size(); ++i)
      logits[i] = static_cast<float>(averaging_ == Averaging::logarithms ? mean[i] : std::log(mean[i]));
  }

 private:
  std::vector<Marked> marked_;
  Averaging averaging_;
};

}  // namespace TL_NAMESPACE
