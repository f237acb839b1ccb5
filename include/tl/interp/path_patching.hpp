#pragma once
// Path patching (Wang et al. 2022): what a metric becomes when only what one head writes directly into a receiver
// changes, and everything behind the receiver is computed again. Receivers are the query, key or value input of a head,
// or the logits. Senders between the two do not see the change: only the sender's own term of the residual stream does.
#include <cstddef>
#include <span>
#include <tl/interp/head_input.hpp>
#include <tl/interp/head_results.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/interp/patch_task.hpp>
#include <tl/interp/sweep.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The receiver's LayerNorm: computed again from the changed input, or with the corrupted run's scale.
enum class ReceiverNorm { recomputed, frozen };

struct HeadReceiver {
  HeadAt head;
  HeadInput input;
};

namespace detail {

// For every sender before `end`: the metric with its clean less its corrupted result added where add(delta) says, delta
// [pos, d_model].
template <class Model, class MakeCell>
HeadScores path_patched(const Model& model, const PatchTask& task, std::size_t end, RunOptions run,
                        const SweepProgress& progress, const MakeCell& make) {
  const Config& config = model.config();
  const std::size_t n = task.positions(), d = config.d_model;
  std::vector<PointAt> wanted;
  add_layers(wanted, Point::z, config.n_layer);
  const PointCaptures clean = capture_points(model, task.clean, wanted, all, run);
  const PointCaptures corrupted = capture_points(model, task.corrupted, wanted, all, run);
  Sweep<Model> sweep(model, task.corrupted, run);
  HeadScores scores(config.n_layer, config.n_head);
  fill(scores.view(), static_cast<float>(sweep.base(task.metric)));
  std::vector<std::vector<float>> deltas;  // of each sender, [pos, d_model]
  std::vector<Cell> cells;
  std::vector<float> before(n * d);
  deltas.reserve(end * config.n_head);
  for (std::size_t layer = 0; layer != end; ++layer)
    for (std::size_t head = 0; head != config.n_head; ++head) {
      std::vector<float>& delta = deltas.emplace_back(n * d);
      const auto& o = model.weights().blocks[layer].o;
      head_result(o, clean(Point::z, layer), head, n, config, delta.data(), run.resolved_threads());
      head_result(o, corrupted(Point::z, layer), head, n, config, before.data(), run.resolved_threads());
      for (std::size_t i = 0; i != delta.size(); ++i) delta[i] -= before[i];
      cells.push_back(make(delta));
    }
  if (cells.empty()) return scores;
  const auto values = sweep.run(cells, task.metric, progress);
  for (std::size_t i = 0; i != values.size(); ++i) scores.data()[i] = static_cast<float>(values[i]);
  return scores;
}

inline Cell::Edit adding(const std::vector<float>& delta) {
  return [from = delta.data()](std::span<float> values, std::size_t position) {
    kernels::add_scaled(1.f, from + position * values.size(), values.data(), values.size(), 1);
  };
}

// What LayerNorm with a given scale makes of a change of its input, before w and b: (delta - its mean) / scale.
inline std::vector<float> through_frozen_norm(std::span<const float> delta, const float* scale, std::size_t d) {
  std::vector<float> out(delta.size());
  for (std::size_t first = 0; first != delta.size(); first += d) {
    double mean = 0;
    for (std::size_t i = 0; i != d; ++i) mean += double{delta[first + i]} / static_cast<double>(d);
    const double by = scale ? double{scale[first / d]} : 1;
    for (std::size_t i = 0; i != d; ++i) out[first + i] = static_cast<float>((double{delta[first + i]} - mean) / by);
  }
  return out;
}

}  // namespace detail

// [layer, head] of senders; those not before the receiver have the corrupted run's value. Throws Error where there is
// no such receiver, or the prompts differ in length.
template <Config C, StorageType S, Basis B>
HeadScores path_patch(const Gpt2<C, S, B>& model, const PatchTask& task, HeadReceiver to,
                      ReceiverNorm norm = ReceiverNorm::recomputed, RunOptions run = {},
                      const SweepProgress& progress = {}) {
  const Config& config = model.config();
  to.head.check(config);
  const std::size_t layer = to.head.layer, n = task.positions(), d = config.d_model, d_head = config.d_head;
  if (norm == ReceiverNorm::recomputed || config.norm == Norm::none)
    return detail::path_patched(model, task, layer, run, progress, [&](const std::vector<float>& delta) {
      return Cell{.point = input_point(to.input), .layer = layer, .head = to.head.head, .edit = detail::adding(delta)};
    });
  // With the scale frozen the input's change is linear: it is added to q, k or v itself.
  const std::vector<PointAt> wanted{{Point::ln1_scale, static_cast<int>(layer)}};
  const PointCaptures scale = capture_points(model, task.corrupted, wanted, all, run);
  const auto& block = model.weights().blocks[layer];
  const std::size_t column = (static_cast<std::size_t>(to.input) * config.n_head + to.head.head) * d_head;
  std::vector<std::vector<float>> changes;
  changes.reserve(layer * config.n_head);
  return detail::path_patched(model, task, layer, run, progress, [&](const std::vector<float>& delta) {
    const std::vector<float> normalized = detail::through_frozen_norm(delta, scale(Point::ln1_scale, layer), d);
    std::vector<float>& change = changes.emplace_back(n * d_head);
    for (std::size_t p = 0; p != n; ++p)
      for (std::size_t j = 0; j != d_head; ++j) {
        double sum = 0;
        for (std::size_t i = 0; i != d; ++i)
          sum += double{normalized[p * d + i]} * double{block.ln1.w[i]} * double{block.qkv.matrix(i, column + j)};
        change[p * d_head + j] = static_cast<float>(sum);
      }
    return Cell{
        .point = projected_point(to.input), .layer = layer, .head = to.head.head, .edit = detail::adding(change)};
  });
}

// The same with the logits of the last position as the receiver.
template <Config C, StorageType S, Basis B>
HeadScores path_patch_to_logits(const Gpt2<C, S, B>& model, const PatchTask& task,
                                ReceiverNorm norm = ReceiverNorm::recomputed, RunOptions run = {},
                                const SweepProgress& progress = {}) {
  const Config& config = model.config();
  const std::size_t n = task.positions(), d = config.d_model;
  if (n == 0) throw Error("path patching needs prompts of at least one token");
  const bool frozen = norm == ReceiverNorm::frozen && config.norm != Norm::none;
  std::vector<PointAt> wanted{{Point::ln_final_scale}};
  if (!frozen) wanted[0] = {Point::embed};
  const PointCaptures scale = capture_points(model, task.corrupted, wanted, all, run);
  std::vector<std::vector<float>> changes;
  changes.reserve(config.n_layer * config.n_head);
  return detail::path_patched(model, task, config.n_layer, run, progress, [&](const std::vector<float>& delta) {
    changes.push_back(frozen ? detail::through_frozen_norm(delta, scale(Point::ln_final_scale), d) : delta);
    return Cell{.point = frozen ? Point::ln_final_normalized : Point::resid_post,
                .layer = config.n_layer - 1,
                .first = n - 1,
                .edit = detail::adding(changes.back())};
  });
}

}  // namespace TL_NAMESPACE
