#pragma once
// Taking a head out, or only one path between two heads, and what that does to the loss on repeated tokens.
#include <cstddef>
#include <memory>
#include <span>
#include <tl/interp/ablation_grid.hpp>
#include <tl/interp/head_input.hpp>
#include <tl/interp/head_results.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/interp/induction.hpp>
#include <vector>

namespace TL_NAMESPACE {

enum class HeadAblation {
  zero,
  mean,  // its mean z over the positions of the prompt
};

// Policies that put `value` [d_head] in the place of a head's z, everywhere. A run under them throws Error where the
// model has no such head or its z is of another size.
inline DynamicHooks replace_head(HeadAt at, std::vector<float> value) {
  DynamicHooks hooks;
  hooks.edit(full_name(Point::z, static_cast<int>(at.layer)),
             [at, value = std::move(value)](const DynamicView& z, const Context&) {
               const std::size_t heads = z.extents[1], d_head = z.extents[2];
               if (at.head >= heads || value.size() != d_head)
                 throw Error("z of head ", at.head, " cannot become ", value.size(),
                             " values: this model has heads 0 to ", heads - 1, " of ", d_head);
               for (std::size_t row = 0; row != z.extents[0]; ++row)
                 std::copy(value.begin(), value.end(), z.data + (row * heads + at.head) * d_head);
             });
  return hooks;
}

// Policies that take what one head writes out of one input of a later head, and of nothing else: Q-, K- or
// V-composition of the two (Elhage et al. 2021). The receiver's LayerNorm sees the rest. Both happen in the same
// forward, so they go with any tokens. The model must outlive them. Throws Error where a head does not exist or the
// sender is not in an earlier layer.
template <Config C, StorageType S, Basis B>
DynamicHooks cut_path(const Gpt2<C, S, B>& model, HeadAt from, HeadAt to, HeadInput input, RunOptions run = {}) {
  const Config& config = model.config();
  from.check(config), to.check(config);
  if (from.layer >= to.layer)
    throw Error("there is no path from layer ", from.layer, " to layer ", to.layer,
                ": the sender's layer is not before");
  const auto result = std::make_shared<std::vector<float>>();  // of the rows of the forward that runs
  const int threads = run.resolved_threads();
  DynamicHooks hooks;
  hooks.observe(full_name(Point::z, static_cast<int>(from.layer)), [=, &model](const DynamicView& z, const Context&) {
    result->resize(z.extents[0] * model.config().d_model);
    detail::head_result(model.weights().blocks[from.layer].o, z.data, from.head, z.extents[0], model.config(),
                        result->data(), threads);
  });
  hooks.edit(full_name(input_point(input), static_cast<int>(to.layer)), [=](const DynamicView& x, const Context&) {
    const std::size_t heads = x.extents[1], d = x.extents[2];
    for (std::size_t row = 0; row != x.extents[0]; ++row)
      kernels::add_scaled(-1.f, result->data() + row * d, x.data + (row * heads + to.head) * d, d, 1);
  });
  return hooks;
}

// How much each head's ablation raises the second copy's loss less the first's: what it does for the copying. Positive:
// the head helps. NaN where progress said stop.
template <Config C, StorageType S, Basis B>
HeadScores ablation_effects(const Gpt2<C, S, B>& model, const RepeatedTokens& tokens,
                            HeadAblation ablation = HeadAblation::mean, RunOptions run = {},
                            const SweepProgress& progress = {}) {
  const Replacement replacement =
      ablation == HeadAblation::mean ? mean_ablation(model, std::span(&tokens.ids(), 1), run) : zero_ablation();
  HeadScores effects(model.config().n_layer, model.config().n_head);
  std::vector<Cell> cells;
  for (std::size_t layer = 0; layer != effects.template extent<"layer">(); ++layer)
    for (std::size_t head = 0; head != effects.template extent<"head">(); ++head)
      cells.push_back({.point = Point::z, .layer = layer, .head = head, .edit = replacement(Point::z, layer, head)});
  const double gain = copy_losses(model, tokens, run).gain();
  const CellLogProbs log_probs = Sweep(model, tokens, run).log_probs(cells, progress);
  for (std::size_t i = 0; i != cells.size(); ++i) {
    const auto [first, second] =
        detail::copy_means(tokens, [row = log_probs(i)](std::size_t t) { return -static_cast<double>(row(t - 1)); });
    effects.data()[i] = static_cast<float>(gain - (first - second));
  }
  return effects;
}

}  // namespace TL_NAMESPACE
