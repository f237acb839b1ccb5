#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tl/core/error.hpp>
#include <tl/kernels/svd.hpp>
#include <tl/model/processed_weights.hpp>

namespace TL_NAMESPACE {

namespace detail {

inline double mean(const double* values, std::size_t count) {
  return std::accumulate(values, values + count, 0.0) / static_cast<double>(count);
}

// Each row [width] loses its mean.
inline void center_rows(std::vector<double>& values, std::size_t width) {
  for (double* row = values.data(); row != values.data() + values.size(); row += width) {
    const double m = mean(row, width);
    for (std::size_t i = 0; i != width; ++i) row[i] -= m;
  }
}

// bias [n] += x [k] w [k, n].
inline void add_product(const double* x, const double* w, std::size_t k, std::size_t n, double* bias) {
  for (std::size_t i = 0; i != k; ++i)
    for (std::size_t j = 0; j != n; ++j) bias[j] += x[i] * w[i * n + j];
}

}  // namespace detail

TL_INLINE ProcessedWeights::ProcessedWeights(WeightSource& from, const Config& config,
                                             const WeightProcessing& processing)
    : from_(from), before_(config), config_(processed(config, processing)), processing_(processing) {
  if (from.processing() != WeightProcessing::none())
    throw Error("these weights are processed already (", to_string(from.processing()), "): read the checkpoint itself");
  if (config.norm == Norm::none && (processing.fold_ln || processing.center_writing_weights))
    throw Error("fold_ln and center_writing_weights need LayerNorms, and this model has none: leave them out");
}

TL_INLINE bool ProcessedWeights::has(std::string_view name) const {
  return (name == "lm_head.bias" && processing_.fold_ln) || from_.has(name);
}

TL_INLINE void ProcessedWeights::done(std::string_view name) {
  // W_E of a tied checkpoint is read for W_U again.
  if (name == "wte.weight" && before_.tied_unembed && !config_.tied_unembed) return;
  from_.done(name == "lm_head.weight" && before_.tied_unembed ? "wte.weight" : name);
}

TL_INLINE std::vector<float> ProcessedWeights::original(const std::string& name, std::vector<std::size_t> shape) {
  std::size_t size = 1;
  for (const std::size_t extent : shape) size *= extent;
  std::vector<float> values(size);
  from_.read(name, shape, values.data());
  return values;
}

TL_INLINE std::vector<double> ProcessedWeights::in_double(const std::string& name, std::vector<std::size_t> shape) {
  const std::vector<float> values = original(name, std::move(shape));
  return {values.begin(), values.end()};
}

TL_INLINE void ProcessedWeights::keep(const std::string& name, const std::vector<double>& values) {
  std::vector<float>& rounded = kept_[name];
  rounded.resize(values.size());
  std::transform(values.begin(), values.end(), rounded.begin(), [](double x) { return static_cast<float>(x); });
}

TL_INLINE void ProcessedWeights::read(std::string_view name, std::span<const std::size_t> shape, float* out) {
  if (name == "wte.weight" || name == "wpe.weight") return table(name, shape, out);
  if (name == "lm_head.weight") {
    from_.read(before_.tied_unembed ? "wte.weight" : name, shape, out);
    return unembed(out);
  }
  if (name.find("ln_") != name.npos) {
    if (!processing_.fold_ln) return from_.read(name, shape, out);
    std::fill_n(out, config_.d_model, name.ends_with(".weight") ? 1.f : 0.f);
    return;
  }
  if (!kept_.contains(name)) compute(name);
  const std::vector<float>& values = kept_.find(name)->second;
  std::copy(values.begin(), values.end(), out);
}

// W_E or W_pos.
TL_INLINE void ProcessedWeights::table(std::string_view name, std::span<const std::size_t> shape, float* out) {
  from_.read(name, shape, out);
  if (!processing_.center_writing_weights) return;
  const std::size_t d = config_.d_model;
  for (float* row = out; row != out + shape[0] * d; row += d) {
    const double mean = std::accumulate(row, row + d, 0.0) / static_cast<double>(d);
    for (std::size_t i = 0; i != d; ++i) row[i] = static_cast<float>(static_cast<double>(row[i]) - mean);
  }
}

// In place, for it is the largest of all: one pass sums columns of the result, one writes it.
TL_INLINE void ProcessedWeights::unembed(float* w_u) {
  const std::size_t d = config_.d_model, vocabulary = config_.d_vocab;
  std::vector<double> ln_w(d, 1.0), row(d), center(d);
  if (processing_.fold_ln) ln_w = in_double("ln_f.weight", {d});
  const auto folded = [&](std::size_t token) {  // W_U's column of a token: a row of the tensor
    for (std::size_t i = 0; i != d; ++i) row[i] = static_cast<double>(w_u[token * d + i]) * ln_w[i];
    if (processing_.fold_ln) detail::center_rows(row, d);
  };
  if (processing_.center_unembed)
    for (std::size_t token = 0; token != vocabulary; ++token) {
      folded(token);
      for (std::size_t i = 0; i != d; ++i) center[i] += row[i] / static_cast<double>(vocabulary);
    }
  for (std::size_t token = 0; token != vocabulary; ++token) {
    folded(token);
    for (std::size_t i = 0; i != d; ++i) w_u[token * d + i] = static_cast<float>(row[i] - center[i]);
  }
}

TL_INLINE void ProcessedWeights::unembed_bias() {
  const std::size_t d = config_.d_model, vocabulary = config_.d_vocab;
  std::vector<double> bias(vocabulary);
  if (from_.has("lm_head.bias")) bias = in_double("lm_head.bias", {vocabulary});
  if (processing_.fold_ln) {
    const std::vector<double> ln_b = in_double("ln_f.bias", {d});
    const std::vector<float> w_u =
        original(before_.tied_unembed ? "wte.weight" : "lm_head.weight", {vocabulary, d});  // as the checkpoint has it
    for (std::size_t token = 0; token != vocabulary; ++token)
      for (std::size_t i = 0; i != d; ++i) bias[token] += ln_b[i] * static_cast<double>(w_u[token * d + i]);
  }
  if (processing_.center_unembed) detail::center_rows(bias, vocabulary);
  keep("lm_head.bias", bias);
}

TL_INLINE void ProcessedWeights::compute(std::string_view name) {
  kept_.clear();
  if (name == "lm_head.bias") return unembed_bias();
  for (const auto& [part, step] : {std::pair{"attn.", &ProcessedWeights::attention},
                                   {"mlp.c_fc.", &ProcessedWeights::mlp_in},
                                   {"mlp.c_proj.", &ProcessedWeights::mlp_out}})
    if (const std::size_t at = name.find(part); at != name.npos) {
      (this->*step)(std::string(name.substr(0, at)));
      if (kept_.contains(name)) return;
    }
  throw Error("a model has no tensor `", name, "`");
}

// W [d_model, n] reads what the LayerNorm gives: its bias goes into W's, its weight into W, which loses its mean.
TL_INLINE void ProcessedWeights::fold_ln(const std::string& norm, std::vector<double>& w, std::vector<double>& bias) {
  if (!processing_.fold_ln) return;
  const std::size_t d = config_.d_model, n = bias.size();
  const std::vector<double> ln_w = in_double(norm + ".weight", {d}), ln_b = in_double(norm + ".bias", {d});
  detail::add_product(ln_b.data(), w.data(), d, n, bias.data());
  std::vector<double> mean(n);
  for (std::size_t i = 0; i != d; ++i)
    for (std::size_t j = 0; j != n; ++j) mean[j] += (w[i * n + j] *= ln_w[i]) / static_cast<double>(d);
  for (std::size_t i = 0; i != d; ++i)
    for (std::size_t j = 0; j != n; ++j) w[i * n + j] -= mean[j];
}

TL_INLINE void ProcessedWeights::attention(const std::string& block) {
  const std::size_t d = config_.d_model, heads = config_.n_head * config_.d_head;
  const std::string c_attn = block + "attn.c_attn", c_proj = block + "attn.c_proj";
  std::vector<double> qkv = in_double(c_attn + ".weight", {d, 3 * heads});
  std::vector<double> qkv_bias = in_double(c_attn + ".bias", {3 * heads});
  std::vector<double> o = in_double(c_proj + ".weight", {heads, d}), o_bias = in_double(c_proj + ".bias", {d});
  fold_ln(block + "ln_1", qkv, qkv_bias);
  if (processing_.center_writing_weights) {
    detail::center_rows(o, d);
    detail::center_rows(o_bias, d);
  }
  if (processing_.fold_value_biases || processing_.refactor_factored_attn_matrices) {
    detail::add_product(qkv_bias.data() + 2 * heads, o.data(), heads, d, o_bias.data());
    std::fill(qkv_bias.begin() + static_cast<std::ptrdiff_t>(2 * heads), qkv_bias.end(), 0.0);
  }
  if (processing_.refactor_factored_attn_matrices) refactor(qkv, qkv_bias, o);
  keep(c_attn + ".weight", qkv);
  keep(c_attn + ".bias", qkv_bias);
  keep(c_proj + ".weight", o);
  keep(c_proj + ".bias", o_bias);
}

// [W_Q; b_Q] [W_K; b_K]^T = U S V^T gives W_Q = U sqrt(S), W_K = V sqrt(S); W_V W_O = U S V^T gives W_V = U S,
// W_O = V^T. b_V is 0.
TL_INLINE void ProcessedWeights::refactor(std::vector<double>& qkv, std::vector<double>& qkv_bias,
                                          std::vector<double>& o) {
  using kernels::DenseMatrix;
  const std::size_t d = config_.d_model, d_head = config_.d_head, heads = config_.n_head * d_head;
  for (std::size_t head = 0; head != config_.n_head; ++head) {
    // Row i < d of part p's columns of this head; row d is the bias.
    const auto element = [&](std::size_t part, std::size_t i, std::size_t j) -> double& {
      const std::size_t column = part * heads + head * d_head + j;
      return i == d ? qkv_bias[column] : qkv[i * 3 * heads + column];
    };
    const auto matrix = [&](std::size_t part, std::size_t rows) {
      DenseMatrix m{rows, d_head};
      for (std::size_t i = 0; i != rows; ++i)
        for (std::size_t j = 0; j != d_head; ++j) m(i, j) = element(part, i, j);
      return m;
    };
    const kernels::Svd qk = kernels::svd_of_product(matrix(0, d + 1), transposed(matrix(1, d + 1)));
    DenseMatrix w_o{d_head, d};
    std::copy_n(o.data() + head * d_head * d, d_head * d, w_o.values.data());
    const kernels::Svd ov = kernels::svd_of_product(matrix(2, d), w_o);
    for (std::size_t j = 0; j != d_head; ++j) {
      const bool of_qk = j < qk.s.size(), of_ov = j < ov.s.size();  // heads wider than the model have zeros after
      for (std::size_t i = 0; i != d + 1; ++i) {
        element(0, i, j) = of_qk ? qk.u(i, j) * std::sqrt(qk.s[j]) : 0.0;
        element(1, i, j) = of_qk ? qk.vt(j, i) * std::sqrt(qk.s[j]) : 0.0;
      }
      for (std::size_t i = 0; i != d; ++i) {
        element(2, i, j) = of_ov ? ov.u(i, j) * ov.s[j] : 0.0;
        o[(head * d_head + j) * d + i] = of_ov ? ov.vt(j, i) : 0.0;
      }
    }
  }
}

TL_INLINE void ProcessedWeights::mlp_in(const std::string& block) {
  const std::string c_fc = block + "mlp.c_fc";
  std::vector<double> w = in_double(c_fc + ".weight", {config_.d_model, config_.d_mlp});
  std::vector<double> bias = in_double(c_fc + ".bias", {config_.d_mlp});
  fold_ln(block + "ln_2", w, bias);
  keep(c_fc + ".weight", w);
  keep(c_fc + ".bias", bias);
}

TL_INLINE void ProcessedWeights::mlp_out(const std::string& block) {
  const std::string c_proj = block + "mlp.c_proj";
  std::vector<double> w = in_double(c_proj + ".weight", {config_.d_mlp, config_.d_model});
  std::vector<double> bias = in_double(c_proj + ".bias", {config_.d_model});
  if (processing_.center_writing_weights) {
    detail::center_rows(w, config_.d_model);
    detail::center_rows(bias, config_.d_model);
  }
  keep(c_proj + ".weight", w);
  keep(c_proj + ".bias", bias);
}

}  // namespace TL_NAMESPACE
