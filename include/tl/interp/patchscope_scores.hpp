#pragma once
// Patchscopes in numbers: states of many sources put into one target, layer by layer, and what the target then says
// next, against what the source itself would have said (next-token prediction) and against the source's word (token
// identity).
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <tl/interp/patchscope.hpp>
#include <tl/interp/sweep.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// A prompt and the position that is read in it.
struct PatchscopeSource {
  std::vector<Token> tokens;
  std::ptrdiff_t position = -1;  // a negative one counts from the prompt's end
};

// Where states are put in. Without a layer: each where it was read.
struct PatchscopeTarget {
  std::vector<Token> tokens;
  std::ptrdiff_t position = -1;
  std::optional<std::size_t> layer = {};
};

// Rows are the places of ResidualPlace::layer: what enters each block, then what leaves the last. Shares and means are
// over the sources; of a row that was not run they are NaN.
struct PatchscopeScores {
  static constexpr Token not_run = -1;

  PatchscopeScores(std::size_t rows, std::size_t sources) : said(rows, sources), source_log_prob(rows, sources) {}

  std::vector<Token> word;                                     // [source]: the token whose state is read ...
  std::vector<Token> next;                                     // [source]: ... and the likeliest one after it
  Token unpatched = not_run;                                   // what the target says with nothing put in
  Tensor<Token, Dim<"layer">, Dim<"source">> said;             // the likeliest token after the patched target
  Tensor<float, Dim<"layer">, Dim<"source">> source_log_prob;  // of it, as the source has it; nats

  std::size_t rows() const { return said.extent<"layer">(); }
  // The paper's two: how often the target says what the source would, and -log p_source of what it says, in nats.
  double precision_at_1(std::size_t layer) const {
    return mean(layer, [&](std::size_t s) { return said(layer, s) == next[s]; });
  }
  double surprisal(std::size_t layer) const {
    return mean(layer, [&](std::size_t s) { return -double{source_log_prob(layer, s)}; });
  }
  // How often the target says the source's word.
  double identity_at_1(std::size_t layer) const {
    return mean(layer, [&](std::size_t s) { return said(layer, s) == word[s]; });
  }
  // Controls. Swapped: the same shares where each source is held against the words of the source after it, so that what
  // the target says whatever is put in counts for nothing (NaN of a single source). Unmoved: how often it says what it
  // does with nothing put in.
  double swapped_precision_at_1(std::size_t layer) const { return swapped(layer, next); }
  double swapped_identity_at_1(std::size_t layer) const { return swapped(layer, word); }
  double unmoved(std::size_t layer) const {
    return mean(layer, [&](std::size_t s) { return said(layer, s) == unpatched; });
  }

 private:
  double swapped(std::size_t layer, const std::vector<Token>& tokens) const {
    if (tokens.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    return mean(layer, [&](std::size_t s) { return said(layer, s) == tokens[(s + 1) % tokens.size()]; });
  }
  template <class F>
  double mean(std::size_t layer, F f) const {
    double sum = 0;
    for (std::size_t s = 0; s != next.size(); ++s) {
      if (said(layer, s) == not_run) return std::numeric_limits<double>::quiet_NaN();
      sum += static_cast<double>(f(s));
    }
    return sum / static_cast<double>(next.size());
  }
};

namespace detail {
inline double likeliest(std::span<const float> logits) {
  return static_cast<double>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}
}  // namespace detail

// Every layer of every source, in one sweep of the target. map(state) is put in where `state` was read: any callable
// from a ResidualState to one of the target's basis and width. Throws Error where there is no source, a prompt or a
// model has no such place, or a state does not fit.
template <Config C, StorageType S, Basis B, Config TargetC, StorageType TargetS, Basis TargetB,
          class Map = std::identity>
PatchscopeScores patchscope_scores(const Gpt2<C, S, B>& model, std::span<const PatchscopeSource> sources,
                                   const Gpt2<TargetC, TargetS, TargetB>& target_model, const PatchscopeTarget& target,
                                   RunOptions run = {}, const SweepProgress& progress = {}, const Map& map = {}) {
  if (sources.empty()) throw Error("patchscopes need at least one source");
  const std::size_t rows = model.config().n_layer + 1, n = sources.size();
  PatchscopeScores scores(rows, n);
  std::vector<PointAt> places;
  for (std::size_t layer = 0; layer != rows; ++layer) places.push_back(ResidualInput{layer}.residual(model.config()));

  const std::size_t slot = detail::position_in(target.position, target.tokens.size());
  std::vector<std::vector<float>> source_log_probs;
  std::vector<Cell> cells;
  for (const PatchscopeSource& source : sources) {
    // Nothing after the position has a say.
    const std::size_t position = detail::position_in(source.position, source.tokens.size());
    const auto tokens = std::span(source.tokens).first(position + 1);
    DynamicHooks hooks;
    for (const PointAt& place : places) hooks.capture(full_name(place.point, place.layer), last_prompt);
    auto session = model.session(run, hooks);
    const auto logits = session.extend(session.open(tokens.size()), tokens)(0).values();
    const std::vector<NamedArray> states = hooks.take();
    float log_sum;
    kernels::read_logits(logits.data(), 1, logits.size(), {.log_sum_exp = &log_sum}, session.threads());
    scores.word.push_back(tokens.back());
    scores.next.push_back(static_cast<Token>(detail::likeliest(logits)));
    source_log_probs.emplace_back(logits.begin(), logits.end());
    for (float& x : source_log_probs.back()) x -= log_sum;

    for (std::size_t layer = 0; layer != rows; ++layer) {
      ResidualState<B> state{Tensor<float, Dim<"d_model">>(model.config().d_model)};
      std::copy_n(states[layer].array.values.data(), state.vector.size(), state.vector.data());
      const auto& put = map(std::as_const(state));
      static_assert(std::remove_cvref_t<decltype(put)>::basis == TargetB,
                    "tl: this residual state is in one residual basis and the model in another (raw against centred); "
                    "give a map that converts it, by convert_basis");
      detail::require_width(put, target_model.config());
      const PointAt at =
          ResidualInput{target.layer.value_or(layer)}.of(target_model.config()).residual(target_model.config());
      const auto values = put.vector.values();
      cells.push_back(
          {.point = at.point,
           .layer = static_cast<std::size_t>(at.layer),
           .first = slot,
           .last = slot,
           .edit = [put = std::vector<float>(values.begin(), values.end())](std::span<float> row, std::size_t) {
             std::copy(put.begin(), put.end(), row.begin());
           }});
    }
  }

  Sweep sweep(target_model, target.tokens, run);
  const Metric likeliest = of_logits(detail::likeliest);
  scores.unpatched = static_cast<Token>(sweep.base(likeliest));
  const std::vector<double> said = sweep.run(cells, likeliest, progress);
  for (std::size_t s = 0; s != n; ++s)
    for (std::size_t layer = 0; layer != rows; ++layer) {
      const double token = said[s * rows + layer];
      const bool ran = !std::isnan(token);
      scores.said(layer, s) = ran ? static_cast<Token>(token) : PatchscopeScores::not_run;
      const auto& log_probs = source_log_probs[s];
      // Models of two vocabularies can be compared, and then share no probabilities.
      scores.source_log_prob(layer, s) = ran && token < static_cast<double>(log_probs.size())
                                             ? log_probs[static_cast<std::size_t>(token)]
                                             : std::numeric_limits<float>::quiet_NaN();
    }
  return scores;
}

}  // namespace TL_NAMESPACE
