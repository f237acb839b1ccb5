#pragma once
// Activation patching by TransformerLens' names (patching.py): which activation, put from a clean run into a corrupted
// one, brings how much of a metric back. Values are the metric's own, means over the tasks; run in batches, each cell
// computed only as far as it differs from the corrupted run.
#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <tl/core/tensor.hpp>
#include <tl/interp/head_scores.hpp>
#include <tl/interp/patched_grid.hpp>
#include <vector>

namespace TL_NAMESPACE {

using LayerPos = Tensor<float, Dim<"layer">, Dim<"pos">>;
using LayerPosHead = Tensor<float, Dim<"layer">, Dim<"pos">, Dim<"head">>;
using LayerHeadPos = Tensor<float, Dim<"layer">, Dim<"head">, Dim<"pos">>;
using LayerHeadPosKey = Tensor<float, Dim<"layer">, Dim<"head">, Dim<"pos">, Dim<"key_pos">>;

namespace detail {

struct PatchSite {
  Point point;
  SweepAxes axes;
};

// Of each site the grid, mean over the tasks; the grids of a task share its base run.
template <class Model>
std::vector<std::vector<double>> patched_means(const Model& model, PatchTasks tasks, std::span<const PatchSite> sites,
                                               RunOptions options, const SweepProgress& progress) {
  if (tasks.empty()) throw Error("activation patching needs at least one pair of prompts");
  std::vector<std::vector<double>> means(sites.size());
  for (const PatchTask& task : tasks) {
    if (task.positions() != tasks[0].positions())
      throw Error("the prompts of a patching grid have one length; there are some of ", tasks[0].positions(),
                  " and of ", task.positions(), " tokens");
    PatchedGrid<Model> patched(model, task, options, progress);
    for (std::size_t site = 0; site != sites.size(); ++site) {
      const std::vector<double> grid = patched(sites[site].point, sites[site].axes);
      means[site].resize(grid.size());
      for (std::size_t i = 0; i != grid.size(); ++i) means[site][i] += grid[i] / static_cast<double>(tasks.size());
    }
  }
  return means;
}

inline PatchTasks as_tasks(const PatchTask& task) { return {&task, 1}; }
inline PatchTasks as_tasks(PatchTasks tasks) { return tasks; }

// [layer, head, pos] -> [layer, pos, head]
inline LayerPosHead heads_last(const LayerHeadPos& x) {
  const auto [layers, heads, n] = x.shape().extents();
  LayerPosHead out(LayerPosHead::shape_type::of({layers, n, heads}));
  for (std::size_t layer = 0; layer != layers; ++layer)
    for (std::size_t head = 0; head != heads; ++head)
      for (std::size_t p = 0; p != n; ++p) out(layer, p, head) = x(layer, head, p);
  return out;
}

template <class Grid>
Grid as_grid(const std::vector<double>& values, const std::array<std::size_t, Grid::shape_type::rank>& extents) {
  Grid grid(Grid::shape_type::of(extents));
  std::copy(values.begin(), values.end(), grid.data());
  return grid;
}

// One of TransformerLens' functions: get_act_patch_...(model, tasks), or of one task.
template <Point P, SweepAxes Axes>
struct GetActPatch {
  static constexpr PatchSite site{P, Axes};

  template <class Model, class Tasks>
  auto operator()(const Model& model, const Tasks& tasks, RunOptions options = {},
                  const SweepProgress& progress = {}) const {
    const PatchTasks each = as_tasks(tasks);
    return shaped(patched_means(model, each, {&site, 1}, options, progress)[0], model.config(), each[0].positions());
  }
  static auto shaped(const std::vector<double>& grid, const Config& config, std::size_t n) {
    const std::size_t layers = config.n_layer, heads = config.n_head;
    if constexpr (Axes.source) return as_grid<LayerHeadPosKey>(grid, {layers, heads, n, n});
    else if constexpr (!Axes.head) return as_grid<LayerPos>(grid, {layers, n});
    else if constexpr (!Axes.position) return as_grid<HeadScores>(grid, {layers, heads});
    else if constexpr (P == Point::pattern) return as_grid<LayerHeadPos>(grid, {layers, heads, n});
    else return heads_last(as_grid<LayerHeadPos>(grid, {layers, heads, n}));
  }
};

// Several of them: what TransformerLens stacks.
inline LayerPosHead stackable(const LayerHeadPos& x) { return heads_last(x); }
template <class Grid>
Grid stackable(Grid grid) {
  return grid;
}
template <auto... Functions>
struct GetEvery {
  template <class Model, class Tasks>
  auto operator()(const Model& model, const Tasks& tasks, RunOptions options = {},
                  const SweepProgress& progress = {}) const {
    constexpr std::array sites{Functions.site...};
    const PatchTasks each = as_tasks(tasks);
    const auto means = patched_means(model, each, sites, options, progress);
    auto mean = means.begin();
    return std::array{stackable(Functions.shaped(*mean++, model.config(), each[0].positions()))...};
  }
};

inline constexpr SweepAxes by_pos{.position = true}, heads_all_pos{.head = true};
inline constexpr SweepAxes heads_by_pos{.head = true, .position = true}, heads_entries{true, true, true};

}  // namespace detail

// [layer, pos]
inline constexpr detail::GetActPatch<Point::resid_pre, detail::by_pos> get_act_patch_resid_pre{};
inline constexpr detail::GetActPatch<Point::resid_mid, detail::by_pos> get_act_patch_resid_mid{};
inline constexpr detail::GetActPatch<Point::attn_out, detail::by_pos> get_act_patch_attn_out{};
inline constexpr detail::GetActPatch<Point::mlp_out, detail::by_pos> get_act_patch_mlp_out{};
// [layer, pos, head]; of patterns [layer, head, pos], by destination
inline constexpr detail::GetActPatch<Point::z, detail::heads_by_pos> get_act_patch_attn_head_out_by_pos{};
inline constexpr detail::GetActPatch<Point::q, detail::heads_by_pos> get_act_patch_attn_head_q_by_pos{};
inline constexpr detail::GetActPatch<Point::k, detail::heads_by_pos> get_act_patch_attn_head_k_by_pos{};
inline constexpr detail::GetActPatch<Point::v, detail::heads_by_pos> get_act_patch_attn_head_v_by_pos{};
inline constexpr detail::GetActPatch<Point::pattern, detail::heads_by_pos> get_act_patch_attn_head_pattern_by_pos{};
// [layer, head, destination, source]
inline constexpr detail::GetActPatch<Point::pattern, detail::heads_entries>
    get_act_patch_attn_head_pattern_dest_src_pos{};
// [layer, head], all positions at once
inline constexpr detail::GetActPatch<Point::z, detail::heads_all_pos> get_act_patch_attn_head_out_all_pos{};
inline constexpr detail::GetActPatch<Point::q, detail::heads_all_pos> get_act_patch_attn_head_q_all_pos{};
inline constexpr detail::GetActPatch<Point::k, detail::heads_all_pos> get_act_patch_attn_head_k_all_pos{};
inline constexpr detail::GetActPatch<Point::v, detail::heads_all_pos> get_act_patch_attn_head_v_all_pos{};
inline constexpr detail::GetActPatch<Point::pattern, detail::heads_all_pos> get_act_patch_attn_head_pattern_all_pos{};
// Grids of out, q, k, v, pattern: [layer, head] each; by position [layer, pos, head]
inline constexpr detail::GetEvery<get_act_patch_attn_head_out_all_pos, get_act_patch_attn_head_q_all_pos,
                                  get_act_patch_attn_head_k_all_pos, get_act_patch_attn_head_v_all_pos,
                                  get_act_patch_attn_head_pattern_all_pos>
    get_act_patch_attn_head_all_pos_every{};
inline constexpr detail::GetEvery<get_act_patch_attn_head_out_by_pos, get_act_patch_attn_head_q_by_pos,
                                  get_act_patch_attn_head_k_by_pos, get_act_patch_attn_head_v_by_pos,
                                  get_act_patch_attn_head_pattern_by_pos>
    get_act_patch_attn_head_by_pos_every{};
// Grids of resid_pre, attn_out, mlp_out: [layer, pos] each
inline constexpr detail::GetEvery<get_act_patch_resid_pre, get_act_patch_attn_out, get_act_patch_mlp_out>
    get_act_patch_block_every{};

}  // namespace TL_NAMESPACE
