#pragma once
// One transformer block:
//   resid_mid  = resid_pre + attention(ln1(resid_pre))
//   resid_post = resid_mid + mlp(ln2(resid_mid))
// with every hook point where its value is.
#include <cstddef>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/elementwise.hpp>
#include <tl/model/stage.hpp>

namespace TL_NAMESPACE {

template <Config C, class Hooks>
struct Block : Stage<C, Hooks> {
  using Stage<C, Hooks>::s;
  using Stage<C, Hooks>::batch;
  using Stage<C, Hooks>::threads;
  using Stage<C, Hooks>::hooks;
  using Stage<C, Hooks>::extents;

  const BlockWeights& w;
  kernels::KeyValues cache;

  // Runs the block as far as the last point needed. s.resid holds resid_pre, then resid_mid, then resid_post.
  [[gnu::always_inline]] void operator()(Point last) {
    const std::size_t size = batch.size() * extents().d_model;
    float* resid = s.resid.data();
    TL_POINT(Point::resid_pre, resid);
    if (last <= Point::resid_pre) return;
    float* delta = attention(resid);
    TL_POINT(Point::attn_out, delta);
    kernels::add(resid, delta, resid, size, threads);
    TL_POINT(Point::resid_mid, resid);
    if (last <= Point::resid_mid) return;
    if (extents().d_mlp != 0) {
      delta = mlp(resid);
      TL_POINT(Point::mlp_out, delta);
      kernels::add(resid, delta, resid, size, threads);
    }
    TL_POINT(Point::resid_post, resid);
  }

 private:
  // z W_O + b_O, z = pattern v, pattern = softmax(q k / sqrt(d_head)) over each row's own past.
  [[gnu::always_inline]] float* attention(const float* resid) {
    const std::size_t rows = batch.size(), size = rows * extents().d_model;
    const std::size_t width = rows * extents().n_head * extents().d_head;
    float *normalized = s.normalized.need(size), *delta = s.delta.need(size);
    float *q = s.q.need(width), *k = s.k.need(width), *v = s.v.need(width), *z = s.z.need(width);
    if constexpr (Hooks::template may_want<Point::attn_in, Point::q_input, Point::k_input, Point::v_input>)
      copy_to_heads(resid);
    this->template layer_norm<Point::ln1_scale, Point::ln1_normalized, Point::ln1_out>(resid, w.ln1, normalized, rows);
    project<Point::q_input>(normalized, w.q, q);
    TL_POINT(Point::q, q);
    project<Point::k_input>(normalized, w.k, k);
    TL_POINT(Point::k, k);
    project<Point::v_input>(normalized, w.v, v);
    TL_POINT(Point::v, v);
    kernels::store_key_values(k, v, batch.slots(), rows, cache, threads);
    if constexpr (Hooks::template may_want<Point::attn_scores, Point::pattern>) attend_in_steps(q, z);
    else attend(q, z);
    TL_POINT(Point::z, z);
    if constexpr (Hooks::template may_want<Point::result>) {
      if (combine_heads(z, delta)) return delta;
    }
    linear(z, w.o, delta);
    return delta;
  }

  // W_out activation(ln2(resid_mid) W_in + b_in) + b_out.
  [[gnu::always_inline]] float* mlp(float* resid) {
    const std::size_t rows = batch.size(), d_mlp = extents().d_mlp;
    float *normalized = s.normalized.data(), *delta = s.delta.data(), *hidden = s.mlp.need(rows * d_mlp);
    const float* in = resid;
    if constexpr (Hooks::template may_want<Point::mlp_in>) {
      // A copy: an edit here is for the MLP alone.
      if (hooks.template wants<Point::mlp_in>()) {
        std::copy_n(resid, rows * extents().d_model, delta);
        TL_POINT(Point::mlp_in, delta);
        in = delta;
      }
    }
    this->template layer_norm<Point::ln2_scale, Point::ln2_normalized, Point::ln2_out>(in, w.ln2, normalized, rows);
    linear(normalized, w.in, hidden);
    TL_POINT(Point::mlp_pre, hidden);
    switch (extents().activation) {
      case Activation::gelu_tanh:
        kernels::gelu_tanh(hidden, hidden, rows * d_mlp, threads);
        break;
      case Activation::gelu_exact:
        kernels::gelu_exact(hidden, hidden, rows * d_mlp, threads);
        break;
      case Activation::relu:
        kernels::relu(hidden, hidden, rows * d_mlp, threads);
        break;
    }
    TL_POINT(Point::mlp_post, hidden);
    linear(hidden, w.out, delta);
    return delta;
  }

  [[gnu::always_inline]] void linear(const float* x, const LinearWeights& weights, float* y) {
    kernels::linear(x, weights.matrix.k, batch.size(), weights.matrix, weights.bias, y, weights.matrix.n, threads);
  }

  [[gnu::always_inline]] void attend(const float* q, float* z) {
    float* scratch = s.scratch.need(kernels::attention_scratch(batch.longest_past(), threads));
    kernels::attention(q, batch.pasts(), cache, z, scratch, threads);
  }

  // Attention with scores and pattern in memory, for hooks that name them: the same bits.
  void attend_in_steps(const float* q, float* z) {
    if (!hooks.template wants<Point::attn_scores, Point::pattern>()) return attend(q, z);
    float* scores = s.scores.need(batch.score_count());
    kernels::attention_scores(q, batch.pasts(), cache, scores, threads);
    each_row_of<Point::attn_scores>(scores);
    kernels::attention_softmax(batch.pasts(), extents().n_head, scores, threads);
    each_row_of<Point::pattern>(scores);
    kernels::attention_mix(scores, batch.pasts(), cache, z, threads);
  }
  template <Point P>
  void each_row_of(float* scores) {
    if (!hooks.template wants<P>()) return;
    for (std::size_t r = 0; r != batch.size(); ++r)
      hooks.template call<P>(this->template view<P>(scores + batch.first_score(r), batch.past_length(r)), batch.row(r),
                             batch.key_positions(r));
  }

  // hook_attn_in, and the source of the copies that hook_q_input, hook_k_input and hook_v_input show.
  void copy_to_heads(const float* resid) {
    if (!hooks.template wants<Point::attn_in, Point::q_input, Point::k_input, Point::v_input>()) return;
    const std::size_t heads = extents().n_head, d = extents().d_model;
    float* copies = s.attn_in.need(batch.size() * heads * d);
    for (std::size_t i = 0; i != batch.size() * heads; ++i) std::copy_n(resid + i / heads * d, d, copies + i * d);
    TL_POINT(Point::attn_in, copies);
  }

  // x W + b for q, k or v. Where a hook edits the input of single heads, each head has a LayerNorm of its own.
  template <Point Input>
  [[gnu::always_inline]] void project(const float* normalized, const LinearWeights& weights, float* out) {
    if constexpr (Hooks::template may_want<Point::attn_in, Input>) {
      if (project_per_head<Input>(weights, out)) return;
    }
    linear(normalized, weights, out);
  }
  template <Point Input>
  bool project_per_head(const LinearWeights& weights, float* out) {
    const std::size_t rows = batch.size(), heads = extents().n_head, d = extents().d_model, d_head = extents().d_head;
    const bool edited = hooks.template edits<Point::attn_in, Input>();
    if (!edited && !hooks.template wants<Input>()) return false;
    float* input = s.head_input.need(rows * heads * d);
    std::copy_n(s.attn_in.data(), rows * heads * d, input);
    TL_POINT(Input, input);
    if (!edited) return false;
    float *one_head = s.delta.data(), *normalized = s.result.need(rows * d);
    for (std::size_t head = 0; head != heads; ++head) {
      for (std::size_t r = 0; r != rows; ++r) std::copy_n(input + (r * heads + head) * d, d, one_head + r * d);
      if (extents().norm == Norm::none) std::copy_n(one_head, rows * d, normalized);
      else kernels::layer_norm(one_head, w.ln1.w, w.ln1.b, rows, d, extents().layer_norm_epsilon, normalized, threads);
      kernels::linear(normalized, d, rows, weights.matrix, weights.bias, out, heads * d_head,
                      {head * d_head, (head + 1) * d_head}, threads);
    }
    return true;
  }

  // hook_result: what each head adds to the residual stream. True where a hook edits it: attn_out is then their sum,
  // in the order of heads.
  bool combine_heads(const float* z, float* delta) {
    if (!hooks.template wants<Point::result>()) return false;
    const std::size_t rows = batch.size(), heads = extents().n_head, d = extents().d_model, d_head = extents().d_head;
    float* result = s.result.need(rows * heads * d);
    for (std::size_t head = 0; head != heads; ++head)
      kernels::linear(z + head * d_head, heads * d_head, rows, w.o.matrix.rows(head * d_head, d_head), nullptr,
                      result + head * d, heads * d, threads);
    TL_POINT(Point::result, result);
    if (!hooks.template edits<Point::result>()) return false;
    for (std::size_t r = 0; r != rows; ++r) {
      std::copy_n(w.o.bias, d, delta + r * d);
      for (std::size_t head = 0; head != heads; ++head)
        kernels::add(delta + r * d, result + (r * heads + head) * d, delta + r * d, d, 1);
    }
    return true;
  }
};

}  // namespace TL_NAMESPACE
