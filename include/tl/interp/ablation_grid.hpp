#pragma once
// Ablation grids: what a metric becomes when the values at a point are taken out, for every layer and, by choice, head
// and position. (Resampling is patching, the other prompt the clean one.)
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <tl/core/tensor.hpp>
#include <tl/interp/point_captures.hpp>
#include <tl/interp/sweep_grid.hpp>
#include <vector>

namespace TL_NAMESPACE {

// What takes the place of a row's values at a point of a layer.
using Replacement = std::function<Cell::Edit(Point point, std::size_t layer, std::size_t head)>;

inline Replacement zero_ablation() {
  return [](Point, std::size_t, std::size_t) {
    return [](std::span<float> values, std::size_t) { std::fill(values.begin(), values.end(), 0.f); };
  };
}

// The mean over all positions of the prompts. Throws Error where there is no prompt, where one is empty and for scores
// and patterns, whose width is the length of the past. The model and the prompts must outlive it.
template <class Model>
Replacement mean_ablation(const Model& model, std::span<const std::vector<Token>> prompts, RunOptions run = {}) {
  if (prompts.empty()) throw Error("a mean over no prompts: give at least one");
  using Means = std::map<Point, std::vector<std::vector<float>>>;  // of a point: [layer][head, ...]
  const auto means = std::make_shared<Means>();
  return [=, &model](Point point, std::size_t layer, std::size_t head) -> Cell::Edit {
    if (info(point).shape == PointShape::head_key_pos)
      throw Error("scores and patterns have no mean over positions: their width is the length of the past");
    std::vector<std::vector<float>>& layers = (*means)[point];
    if (layers.empty()) {
      layers.resize(model.config().n_layer);
      double positions = 0;
      std::vector<std::vector<double>> sums(layers.size());
      std::vector<PointAt> wanted;
      add_layers(wanted, point, layers.size());
      for (const std::vector<Token>& prompt : prompts) {
        const PointCaptures captures = capture_points(model, prompt, wanted, all, run);
        positions += static_cast<double>(prompt.size());
        for (std::size_t l = 0; l != layers.size(); ++l) {
          const auto& values = captures.array(wanted[l]).values;
          sums[l].resize(values.size() / prompt.size());
          for (std::size_t i = 0; i != values.size(); ++i) sums[l][i % sums[l].size()] += double{values[i]};
        }
      }
      for (std::size_t l = 0; l != layers.size(); ++l)
        for (const double sum : sums[l]) layers[l].push_back(static_cast<float>(sum / positions));
    }
    return [means, mean = layers[layer].data(), head](std::span<float> values, std::size_t) {
      std::copy_n(mean + head * values.size(), values.size(), values.begin());
    };
  };
}

// The row without its part along a direction (x - (x.u) u, u the direction's unit vector).
inline Replacement directional_ablation(std::vector<float> direction) {
  double square = 0;
  for (const float x : direction) square += double{x} * double{x};
  if (!(square > 0)) throw Error("a direction to be taken out has a length above 0");
  for (float& x : direction) x = static_cast<float>(double{x} / std::sqrt(square));
  return [u = std::make_shared<const std::vector<float>>(std::move(direction))](Point point, std::size_t layer,
                                                                                std::size_t) {
    return [=](std::span<float> values, std::size_t) {
      if (values.size() != u->size())
        throw Error("a direction of ", u->size(), " numbers cannot be taken out of ",
                    full_name(point, static_cast<int>(layer)), ", which has ", values.size());
      double along = 0;
      for (std::size_t i = 0; i != values.size(); ++i) along += double{values[i]} * double{(*u)[i]};
      for (std::size_t i = 0; i != values.size(); ++i) values[i] -= static_cast<float>(along) * (*u)[i];
    };
  };
}

// [layer, head, pos] as the axes say, row-major: the metric at the last position of each cell's run.
template <class Model>
std::vector<double> ablation_grid(Sweep<Model>& sweep, const Metric& metric, Point point, const SweepAxes& axes,
                                  const Replacement& replacement, const SweepProgress& progress = {}) {
  return sweep_grid(sweep, point, axes, 0, metric, progress,
                    [&](std::size_t layer, std::size_t head, std::size_t) { return replacement(point, layer, head); });
}
// The same of a prompt.
template <class Model>
std::vector<double> ablation_grid(const Model& model, std::span<const Token> tokens, const Metric& metric, Point point,
                                  const SweepAxes& axes, const Replacement& replacement, RunOptions run = {},
                                  const SweepOptions& options = {}, const SweepProgress& progress = {}) {
  Sweep<Model> sweep(model, tokens, run, options);
  return ablation_grid(sweep, metric, point, axes, replacement, progress);
}

}  // namespace TL_NAMESPACE
