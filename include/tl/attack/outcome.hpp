#pragma once
// What an attack does to a watermark, and what it costs.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <tl/attack/attack.hpp>
#include <tl/decode/entropy.hpp>
#include <tl/decode/token_entropies.hpp>
#include <tl/watermark/detector.hpp>
#include <vector>

namespace TL_NAMESPACE {

// A text as a detector and the model without a watermark see it.
struct TextVerdict {
  Detection detection;
  double loss = 0;  // mean of -ln p of the tokens behind the prompt, nats; perplexity is e^loss. NaN of no tokens
};

// The text in one pass of the model. Of a text longer than the context the loss is that of its beginning, and behind it
// an entropy gate is closed. Throws Error as the detector does.
template <class Model, AnyWatermarkScheme Scheme>
TextVerdict judge(const Model& model, const WatermarkDetector<Scheme>& detector, const AttackedText& text,
                  RunOptions options = {}) {
  const std::vector<Token> whole = text.whole();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> entropies(whole.size(), none);
  double sum = 0;
  std::size_t count = 0;
  const auto held = std::span(whole).first(std::min(whole.size(), model.config().n_ctx));
  for_each_logits(model, held, options, [&](std::size_t position, std::span<const float> logits) {
    if (position < text.prompt.size()) return;
    const float top = greatest_logit(logits);
    double total = 0;
    for (const float logit : logits) total += relative_probability(logit, top);
    sum += std::log(total) + double{top} - double{logits[static_cast<std::size_t>(whole[position])]};
    ++count;
    if constexpr (Scheme::may_be_gated)
      if (detector.scheme().entropy_gate()) entropies[position] = entropy(logits).nats;
  });
  TextVerdict verdict{.detection = {}, .loss = count == 0 ? none : sum / static_cast<double>(count)};
  const DetectOptions detect{.prompt_length = text.prompt.size()};
  if constexpr (Scheme::may_be_gated) verdict.detection = detector.detect(whole, entropies, detect);
  else verdict.detection = detector.detect(whole, detect);
  return verdict;
}

// The share of the longer text that is no part of a longest common subsequence of the two: tokens that were replaced,
// left out, put in or moved. 0 of two empty ones.
inline double share_changed(std::span<const Token> before, std::span<const Token> after) {
  std::vector<std::size_t> row(after.size() + 1);  // lengths of what is common with each beginning of `after`
  for (const Token token : before) {
    std::size_t diagonal = 0;
    for (std::size_t j = 0; j != after.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = token == after[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  const std::size_t longer = std::max(before.size(), after.size());
  return longer == 0 ? 0 : 1 - static_cast<double>(row.back()) / static_cast<double>(longer);
}

struct AttackOutcome {
  std::vector<Token> tokens;  // what now stands behind the prompt
  TextVerdict before, after;
  double changed = 0;  // share_changed
};

// Throws Error as the attack and judge() do.
template <class Model, AnyWatermarkScheme Scheme, Attack A>
AttackOutcome try_attack(const Model& model, const WatermarkDetector<Scheme>& detector, const A& attack,
                         const AttackedText& text, RandomKey key = {}, RunOptions options = {}) {
  AttackOutcome outcome{.tokens = attack(text, key), .before = judge(model, detector, text, options), .after = {}};
  outcome.after = judge(model, detector, {text.prompt, outcome.tokens}, options);
  outcome.changed = share_changed(text.tokens, outcome.tokens);
  return outcome;
}

}  // namespace TL_NAMESPACE
