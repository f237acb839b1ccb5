#pragma once
// GPT-2 from tokens to logits, top to bottom: embeddings, blocks, final LayerNorm, unembedding.
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <tl/kernels/embed.hpp>
#include <tl/model/block.hpp>
#include <tl/model/depth.hpp>
#include <tl/model/kv_cache.hpp>

namespace TL_NAMESPACE {

// One pass of the rows of a batch through the model. Private to Session, which knows what the rows mean.
template <Config C, StorageType S, class Hooks>
class Forward {
 public:
  const Config& config;
  const Weights<C, S>& weights;
  Workspace& s;
  const RowBatch& batch;
  const KvCache& cache;
  int threads;
  Hooks& hooks;
  std::size_t start_layer;
  bool residual_given;  // s.resid holds the residual at start_layer; else it is 0, and the tokens are embedded
  Depth last;               // the last point that anybody needs

  // Logits of the rows listed in s.chosen, at s.logits in that order, if `last` reaches that far.
  [[gnu::always_inline]] void operator()() {
    if (!residual_given) embed();
    if (last.layer < 0) return;
    const std::size_t n_layer = C.is_dynamic() ? config.n_layer : C.n_layer;
    const std::size_t end = std::min(n_layer, static_cast<std::size_t>(last.layer) + 1);
    layers<0>(start_layer, end);
    if (last.layer == static_cast<int>(n_layer)) unembed();
  }

 private:
  // resid = W_E[token] + W_pos[position]
  [[gnu::always_inline]] void embed() {
    const auto at = hooks.template at<no_layer>(no_layer, threads);
    Embedding<std::remove_const_t<decltype(at)>>{{config, s, batch, threads, at}, weights}();
  }

  // Layers [first, end). Those that no hook names by number share one instantiation, in a loop.
  template <std::size_t I>
  [[gnu::always_inline]] void layers(std::size_t first, std::size_t end) {
    constexpr auto named = Hooks::named_layers;
    if constexpr (I == named.size()) {
      for (std::size_t layer = first; layer < end; ++layer) block<every_layer>(layer);
    } else {
      constexpr std::size_t next = static_cast<std::size_t>(named[I]);
      for (std::size_t layer = first; layer < std::min(next, end); ++layer) block<every_layer>(layer);
      if (first <= next && next < end) block<named[I]>(next);
      layers<I + 1>(std::max(first, next + 1), end);
    }
  }
  template <int Layer>
  [[gnu::always_inline]] void block(std::size_t layer) {
    const auto at = hooks.template at<Layer>(static_cast<int>(layer), threads);
    const Point until = static_cast<int>(layer) == last.layer ? last.point : Point::resid_post;
    Block<C, S, std::remove_const_t<decltype(at)>> one{
        {config, s, batch, threads, at}, weights.blocks[layer], cache.layer(layer)};
    if (only_chosen_rows_go_on(layer) && !one.anybody_looks_at_the_rest()) finish_chosen_rows(one);
    else one(until);
  }

  // Behind the keys and values of the last block, rows whose logits nobody wants serve nobody.
  [[gnu::always_inline]] bool only_chosen_rows_go_on(std::size_t layer) {
    const std::size_t n_layer = C.is_dynamic() ? config.n_layer : C.n_layer;
    return layer + 1 == n_layer && last == Depth{static_cast<int>(n_layer), Point::unembed_out} &&
           s.chosen.size() < batch.size() && !unembedding().anybody_looks();
  }
  template <class LastBlock>
  [[gnu::noinline]] void finish_chosen_rows(LastBlock& block) {
    block.store(Point::resid_post);
    const Config& extents = block.extents();
    s.chosen_batch.take(batch, s.chosen, extents.n_head);
    keep_chosen(s.resid.data(), extents.d_model);
    keep_chosen(s.qkv.data(), extents.n_head * extents.d_head);
    std::iota(s.chosen.begin(), s.chosen.end(), 0u);
    LastBlock{{config, s, s.chosen_batch, threads, block.hooks}, block.w, block.cache}.finish(Point::resid_post);
  }
  // Moves the chosen rows of x [row, width], which are in order, to its front.
  void keep_chosen(float* x, std::size_t width) {
    for (std::size_t i = 0; i != s.chosen.size(); ++i)
      if (s.chosen[i] != i) std::copy_n(x + s.chosen[i] * width, width, x + i * width);
  }

  // logits = ln_final(resid) W_U + b_U
  [[gnu::always_inline]] void unembed() {
    unembedding()(last.point);
  }
  [[gnu::always_inline]] auto unembedding() {
    const auto at = hooks.template at<no_layer>(no_layer, threads);
    return Unembedding<std::remove_const_t<decltype(at)>>{{config, s, batch, threads, at}, weights};
  }

  template <class LayerHooks>
  struct Embedding : Stage<C, LayerHooks> {
    using Stage<C, LayerHooks>::s;
    using Stage<C, LayerHooks>::batch;
    using Stage<C, LayerHooks>::threads;
    using Stage<C, LayerHooks>::hooks;
    using Stage<C, LayerHooks>::extents;
    const Weights<C, S>& weights;

    [[gnu::always_inline]] void operator()() {
      const std::size_t rows = batch.size(), d = extents().d_model;
      float *resid = s.resid.need(rows * d), *positions = s.delta.need(rows * d);
      if (weights.w_e)
        kernels::gather(weights.w_e, d, reinterpret_cast<const std::uint32_t*>(s.tokens.data()), rows, resid, threads);
      else kernels::embed(weights.w_u, s.tokens.data(), rows, resid, threads);
      TL_POINT(Point::embed, resid);
      kernels::gather(weights.w_pos, d, s.positions.data(), rows, positions, threads);
      TL_POINT(Point::pos_embed, positions);
      kernels::add(resid, positions, resid, rows * d, threads);
    }
  };

  template <class LayerHooks>
  struct Unembedding : Stage<C, LayerHooks> {
    using Stage<C, LayerHooks>::s;
    using Stage<C, LayerHooks>::batch;
    using Stage<C, LayerHooks>::threads;
    using Stage<C, LayerHooks>::hooks;
    using Stage<C, LayerHooks>::extents;
    const Weights<C, S>& weights;

    bool anybody_looks() const {
      return hooks.template wants<Point::ln_final_scale, Point::ln_final_normalized, Point::ln_final_out,
                                  Point::unembed_in, Point::unembed_out>();
    }
    // Every row where a hook looks, the chosen ones elsewhere.
    [[gnu::always_inline]] void operator()(Point until) {
      const std::size_t d = extents().d_model, n = s.chosen.size();
      const bool all_rows = anybody_looks();
      const float* resid = s.resid.data();
      if (!all_rows) resid = select(resid, s.delta.need(n * d), d);
      const std::size_t rows = all_rows ? batch.size() : n;
      float* normalized = s.normalized.need(rows * d);
      this->template layer_norm<Point::ln_final_scale, Point::ln_final_normalized, Point::ln_final_out>(
          resid, weights.ln_final, normalized, rows);
      TL_POINT(Point::unembed_in, normalized);
      if (until < Point::unembed_out) return;
      const std::size_t d_vocab = extents().d_vocab;
      if (hooks.template wants<Point::unembed_out>()) {
        float* all_logits = s.all_logits.need(rows * d_vocab);
        logits(normalized, rows, all_logits);
        TL_POINT(Point::unembed_out, all_logits);
        const float* chosen = select(all_logits, s.logits.need(n * d_vocab), d_vocab);
        if (s.questions) kernels::read_logits(chosen, n, d_vocab, *s.questions, threads);
      } else {
        if (all_rows) normalized = select(normalized, s.delta.need(n * d), d);
        if (s.questions) kernels::read_logits(input(normalized, n), weights.w_u, weights.b_u, *s.questions, threads);
        else logits(normalized, n, s.logits.need(n * d_vocab));
      }
    }

   private:
    // The chosen rows of x [row, width].
    float* select(const float* x, float* out, std::size_t width) {
      kernels::gather(x, width, s.chosen.data(), s.chosen.size(), out, threads);
      return out;
    }
    [[gnu::always_inline]] kernels::LinearInput<S> input(const float* x, std::size_t rows) {
      return kernels::linear_input(x, extents().d_model, rows, weights.w_u, this->rounded(weights.w_u, rows), threads);
    }
    [[gnu::always_inline]] void logits(const float* x, std::size_t rows, float* out) {
      kernels::linear(input(x, rows), weights.w_u, weights.b_u, {out, extents().d_vocab}, {}, threads);
    }
  };
};

}  // namespace TL_NAMESPACE
