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

template <Config C, StorageType S, class Hooks>
struct Block : Stage<C, Hooks> {
  using Stage<C, Hooks>::s;
  using Stage<C, Hooks>::batch;
  using Stage<C, Hooks>::threads;
  using Stage<C, Hooks>::hooks;
  using Stage<C, Hooks>::extents;

  const BlockWeights<S>& w;
  kernels::KeyValues cache;

  // Runs the block as far as the last point needed. s.resid holds resid_pre, then resid_mid, then resid_post.
  [[gnu::always_inline]] void operator()(Point last) {
    if (store(last)) finish(last);
  }

  // The first part: queries, and keys and values into the cache. Whether there is more to do.
  [[gnu::always_inline]] bool store(Point last) {
    float* resid = s.resid.data();
    TL_POINT(Point::resid_pre, resid);
    if (last <= Point::resid_pre) return false;
    const std::size_t rows = batch.size(), size = rows * extents().d_model;
    const std::size_t width = rows * extents().n_head * extents().d_head;
    float *normalized = s.normalized.need(size), *q = s.qkv.need(3 * width), *k = q + width, *v = k + width;
    s.delta.need(size);
    if constexpr (Hooks::template may_want<Point::attn_in, Point::q_input, Point::k_input, Point::v_input>)
      copy_to_heads(resid);
    this->template layer_norm<Point::ln1_scale, Point::ln1_normalized, Point::ln1_out>(resid, w.ln1, normalized, rows);
    project(normalized, q);
    TL_POINT(Point::q, q);
    TL_POINT(Point::k, k);
    TL_POINT(Point::v, v);
    kernels::store_key_values(k, v, batch.slots(), rows, cache, threads);
    return last > Point::v;
  }

  // The rest, from the queries on. Where nobody looks at it, its rows may be fewer.
  bool anybody_looks_at_the_rest() const {
    return hooks.template wants<Point::attn_scores, Point::pattern, Point::z, Point::result, Point::attn_out,
                                Point::resid_mid, Point::mlp_in, Point::ln2_scale, Point::ln2_normalized,
                                Point::ln2_out, Point::mlp_pre, Point::mlp_post, Point::mlp_out, Point::resid_post>();
  }
  [[gnu::always_inline]] void finish(Point last) {
    float* resid = s.resid.data();
    attention(resid);
    TL_POINT(Point::resid_mid, resid);
    if (last <= Point::resid_mid) return;
    if (extents().d_mlp != 0) mlp(resid);
    TL_POINT(Point::resid_post, resid);
  }

 private:
  // resid += z W_O + b_O, z = pattern v, pattern = softmax(q k / sqrt(d_head)) over each row's own past.
  [[gnu::always_inline]] void attention(float* resid) {
    float *q = s.qkv.data(), *delta = s.delta.data();
    float* z = s.z.need(batch.size() * extents().n_head * extents().d_head);
    if constexpr (Hooks::template may_want<Point::attn_scores, Point::pattern>) attend_in_steps(q, z);
    else attend(q, z);
    TL_POINT(Point::z, z);
    if constexpr (Hooks::template may_want<Point::result>) {
      if (combine_heads(z, delta)) return add<Point::attn_out>(delta, resid);
    }
    add<Point::attn_out>(z, w.o, delta, resid);
  }

  // resid += W_out activation(ln2(resid) W_in + b_in) + b_out.
  [[gnu::always_inline]] void mlp(float* resid) {
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
    if (hooks.template wants<Point::mlp_pre>()) {
      linear(normalized, w.in, {hidden, d_mlp});
      TL_POINT(Point::mlp_pre, hidden);
      activate(hidden, rows * d_mlp);
    } else {
      linear(normalized, w.in, {hidden, d_mlp, activation()});
    }
    TL_POINT(Point::mlp_post, hidden);
    add<Point::mlp_out>(hidden, w.out, delta, resid);
  }

  constexpr kernels::Epilogue activation() const {
    switch (extents().activation) {
      case Activation::gelu_exact:
        return kernels::Epilogue::gelu_exact;
      case Activation::relu:
        return kernels::Epilogue::relu;
      case Activation::gelu_tanh:
        break;
    }
    return kernels::Epilogue::gelu_tanh;
  }
  void activate(float* hidden, std::size_t size) {
    switch (extents().activation) {
      case Activation::gelu_tanh:
        return kernels::gelu_tanh(hidden, hidden, size, threads);
      case Activation::gelu_exact:
        return kernels::gelu_exact(hidden, hidden, size, threads);
      case Activation::relu:
        return kernels::relu(hidden, hidden, size, threads);
    }
  }

  [[gnu::always_inline]] void linear(const float* x, const LinearWeights<S>& weights, const kernels::LinearOutput& out,
                                     kernels::Columns columns = {}) {
    const auto input = kernels::linear_input(x, weights.matrix.k, batch.size(), weights.matrix,
                                             this->rounded(weights.matrix, batch.size()), threads);
    kernels::linear(input, weights.matrix, weights.bias, out, columns, threads);
  }

  // resid += x W + b, by way of delta where a hook looks at P.
  template <Point P>
  [[gnu::always_inline]] void add(const float* x, const LinearWeights<S>& weights, float* delta, float* resid) {
    const std::size_t d = extents().d_model;
    if (!hooks.template wants<P>()) return linear(x, weights, {delta, d, kernels::Epilogue::add, resid});
    linear(x, weights, {delta, d});
    add<P>(delta, resid);
  }
  template <Point P>
  [[gnu::always_inline]] void add(float* delta, float* resid) {
    TL_POINT(P, delta);
    kernels::add(resid, delta, resid, batch.size() * extents().d_model, threads);
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

  // x W + b for q, k and v, [3, row, head, d_head]. Where a hook edits the input of single heads, each head has a
  // LayerNorm of its own.
  [[gnu::always_inline]] void project(const float* normalized, float* qkv) {
    const std::size_t width = extents().n_head * extents().d_head;
    const kernels::LinearOutput out{
        .y = qkv, .stride = width, .part = width, .part_stride = batch.size() * width};
    if constexpr (Hooks::template may_want<Point::attn_in, Point::q_input, Point::k_input, Point::v_input>) {
      const bool per_head[] = {project_per_head<Point::q_input>(0, out), project_per_head<Point::k_input>(1, out),
                               project_per_head<Point::v_input>(2, out)};
      if (per_head[0] || per_head[1] || per_head[2]) {
        for (std::size_t part = 0; part != 3; ++part)
          if (!per_head[part]) linear(normalized, w.qkv, out, {part * width, (part + 1) * width});
        return;
      }
    }
    linear(normalized, w.qkv, out);
  }
  template <Point Input>
  bool project_per_head(std::size_t part, const kernels::LinearOutput& out) {
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
      const std::size_t column = (part * heads + head) * d_head;
      linear(normalized, w.qkv, out, {column, column + d_head});
    }
    return true;
  }

  // hook_result: what each head adds to the residual stream. True where a hook edits it: attn_out is then their sum,
  // in the order of heads.
  bool combine_heads(const float* z, float* delta) {
    if (!hooks.template wants<Point::result>()) return false;
    const std::size_t rows = batch.size(), heads = extents().n_head, d = extents().d_model, d_head = extents().d_head;
    float* result = s.result.need(rows * heads * d);
    for (std::size_t head = 0; head != heads; ++head) {
      const kernels::PackedMatrix<S> matrix = w.o.matrix.rows(head * d_head, d_head);
      const auto input = kernels::linear_input(z + head * d_head, heads * d_head, rows, matrix,
                                               this->rounded(matrix, rows), threads);
      kernels::linear(input, matrix, nullptr, {result + head * d, heads * d}, {}, threads);
    }
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
