#pragma once
// How well each head attends as a pattern says. Scores accumulate while the model runs, a row of each head at a time:
// [layer, head, pos, key_pos] is never in memory.
#include <cstddef>
#include <span>
#include <tl/hooks/dynamic_hooks.hpp>
#include <tl/interp/attention_pattern.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/model/gpt2.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

enum class PatternMeasure {
  mean,  // attention to what the pattern names, mean over the queries for which it names something
  mul,   // TransformerLens' "mul": sum of attention * pattern / sum of attention, over all queries
  abs,   // TransformerLens' "abs": 1 - sum of |attention - pattern| / queries (theirs is rounded to 3 digits)
};

struct DetectorOptions {
  PatternMeasure measure = PatternMeasure::mean;
  bool exclude_bos = false;            // attention to position 0 does not count
  bool exclude_current_token = false;  // nor that of a token to itself
};

// A callable for observe<"blocks.*.attn.hook_pattern">(...) over one prompt, run whole.
class HeadDetector {
 public:
  // The tokens must outlive it.
  HeadDetector(const Config& config, std::span<const Token> tokens, AttentionPattern pattern,
               DetectorOptions options = {});

  // View: [head, key_pos] of one query.
  template <class View>
  void operator()(View view, const Context& at) {
    add(view.data(), view.template extent<"key_pos">(), at);
  }
  // Attention [head, keys] of one query.
  void add(const float* attention, std::size_t keys, const Context& at);

  HeadScores scores() const;

 private:
  struct Sums {
    double matched = 0, attention = 0, difference = 0;
  };
  std::size_t n_head_;
  std::span<const Token> tokens_;
  AttentionPattern pattern_;
  DetectorOptions options_;
  std::vector<Sums> sums_;  // [layer, head]
  struct Queries {
    std::size_t next = 0, seen = 0, named = 0;  // named: for which the pattern names something
  };
  std::vector<Queries> queries_;  // of each layer
  std::vector<float> weights_;    // of the pattern, for one query
};

// Runs the model over a prompt, as far as the last pattern, under the policies, if any. (Several detectors in one run:
// model.run(tokens, observe<"blocks.*.attn.hook_pattern">(first), observe<"blocks.*.attn.hook_pattern">(second)).)
template <Config C, StorageType S, Basis B, AnyPolicy... Policies>
HeadScores detect_heads(const Gpt2<C, S, B>& model, std::span<const Token> tokens, AttentionPattern pattern,
                        DetectorOptions options = {}, RunOptions run = {}, Policies&&... policies) {
  HeadDetector detector(model.config(), tokens, std::move(pattern), options);
  DynamicHooks hooks;
  hooks.observe("blocks.*.attn.hook_pattern",
                [&](const DynamicView& view, const Context& at) { detector.add(view.data, view.extents[1], at); });
  model.run(tokens, run, std::forward<Policies>(policies)..., hooks);
  return detector.scores();
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/interp/head_detector-inl.hpp>
#endif
