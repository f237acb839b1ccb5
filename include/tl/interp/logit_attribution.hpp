#pragma once
// Direct logit attribution: a logit, or the difference of two, as the sum of what each component contributes to it with
// the final LayerNorm's scale as it was (Elhage et al. 2021, "A Mathematical Framework for Transformer Circuits").
//   logit = sum over components of x . u / scale + ln_final.b . W_U[:, t] + b_U[t],  u = P (ln_final.w * W_U[:, t]),
// where P takes the mean out, as LayerNorm does to x. Only projections of the weights on u are computed: the neurons
// take one pass over each W_out, whatever the number of positions.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tl/interp/component_labels.hpp>
#include <tl/interp/point_captures.hpp>
#include <vector>

namespace TL_NAMESPACE {

// The logit of `answer`, or that of `answer` less that of `foil`.
struct LogitTarget {
  Token answer;
  std::optional<Token> foil{};
};

// How far the residual stream is taken apart; rows and their order as in decompose_resid and full_resid_decomposition.
enum class Components { sublayers, heads, neurons };

struct AttributionOptions {
  Components components = Components::heads;
  DynamicHooks::Where where = all;
};

// The rows of the decomposition, then "ln_final.b" and "b_U" (0 where the model has none). A column sums to the logit
// (difference) at that position: to rounding in float32, to the storage's rounding with bf16 and int8.
struct LogitAttribution {
  std::vector<std::string> labels;
  Tensor<float, Dim<"component">, Dim<"pos">> values;

  double sum(std::size_t pos) const {
    double total = 0;
    for (std::size_t i = 0; i != labels.size(); ++i) total += static_cast<double>(values(i, pos));
    return total;
  }
};

namespace detail {
// u, and what the biases behind the residual stream give.
struct LogitDirection {
  std::vector<double> u;
  double of_ln_b = 0, of_b_u = 0;
};

template <Config C, StorageType S>
LogitDirection logit_direction(const Weights<C, S>& weights, const LogitTarget& target, const Config& config) {
  LogitDirection direction{std::vector<double>(config.d_model)};
  const auto add = [&](Token token, double sign) {
    if (token < 0 || static_cast<std::size_t>(token) >= config.d_vocab)
      throw Error("token ", token, " is out of range: the vocabulary has ", config.d_vocab, " tokens");
    const auto column = static_cast<std::size_t>(token);
    for (std::size_t i = 0; i != config.d_model; ++i)
      direction.u[i] += sign * static_cast<double>(weights.w_u(i, column));
    if (weights.b_u) direction.of_b_u += sign * static_cast<double>(weights.b_u[column]);
  };
  add(target.answer, 1);
  if (target.foil) add(*target.foil, -1);
  if (config.norm == Norm::none) return direction;
  double mean = 0;
  for (std::size_t i = 0; i != config.d_model; ++i) {
    direction.of_ln_b += static_cast<double>(weights.ln_final.b[i]) * direction.u[i];
    direction.u[i] *= static_cast<double>(weights.ln_final.w[i]);
    mean += direction.u[i] / static_cast<double>(config.d_model);
  }
  for (double& x : direction.u) x -= mean;
  return direction;
}

// x . u
inline double dot(const float* x, std::span<const double> u) {
  double sum = 0;
  for (std::size_t i = 0; i != u.size(); ++i) sum += static_cast<double>(x[i]) * u[i];
  return sum;
}
// W u for W [k, n].
template <StorageType S>
std::vector<double> projected(const kernels::PackedMatrix<S>& w, std::span<const double> u) {
  std::vector<double> out(w.k);
  for (std::size_t k = 0; k != w.k; ++k)
    for (std::size_t n = 0; n != w.n; ++n) out[k] += static_cast<double>(w(k, n)) * u[n];
  return out;
}
}  // namespace detail

template <Config C, StorageType S, Basis B>
LogitAttribution logit_attribution(const Gpt2<C, S, B>& model, std::span<const Token> tokens, const LogitTarget& target,
                                   const AttributionOptions& options = {}, RunOptions run = {}) {
  const Config& config = model.config();
  const auto& weights = model.weights();
  const auto direction = detail::logit_direction(weights, target, config);
  const bool heads = options.components != Components::sublayers, neurons = options.components == Components::neurons;
  const std::size_t mlp_layers = config.d_mlp == 0 ? 0 : config.n_layer;
  const Point mlp = neurons ? Point::mlp_post : Point::mlp_out;

  std::vector<PointAt> wanted{{Point::embed}, {Point::pos_embed}};
  add_layers(wanted, heads ? Point::z : Point::attn_out, config.n_layer);
  add_layers(wanted, mlp, mlp_layers);
  if (config.norm != Norm::none) wanted.push_back({Point::ln_final_scale});
  const PointCaptures captures = capture_points(model, tokens, wanted, options.where, run);
  const std::size_t positions = captures.positions();
  const float* scale = config.norm == Norm::none ? nullptr : captures(Point::ln_final_scale);

  std::vector<std::string> labels;
  std::vector<float> values;
  // A row whose contribution at each position is value(pos), before the scale.
  const auto add = [&](std::string label, auto value) {
    labels.push_back(std::move(label));
    for (std::size_t pos = 0; pos != positions; ++pos)
      values.push_back(static_cast<float>(value(pos) / (scale ? static_cast<double>(scale[pos]) : 1.)));
  };
  // Rows that write x [pos, stride] from column `first` on along `onto`.
  const auto add_written = [&](std::string label, const float* x, std::size_t stride, std::size_t first,
                               std::span<const double> onto) {
    add(std::move(label), [&](std::size_t pos) { return detail::dot(x + pos * stride + first, onto); });
  };
  const auto add_residual = [&](std::string label, const float* x) {
    add_written(std::move(label), x, config.d_model, 0, direction.u);
  };
  double bias = 0;
  const auto add_heads = [&](std::size_t layer) {
    const auto& o = weights.blocks[layer].o;
    const auto onto = detail::projected(o.matrix, direction.u);
    for (std::size_t head = 0; head != config.n_head; ++head)
      add_written(head_label(layer, head), captures(Point::z, layer), config.n_head * config.d_head,
                  head * config.d_head, std::span(onto).subspan(head * config.d_head, config.d_head));
    bias += detail::dot(o.bias, direction.u);
  };
  const auto add_mlp = [&](std::size_t layer) {
    const auto& out = weights.blocks[layer].out;
    if (!neurons) return add_residual(layer_label(layer, "mlp_out"), captures(mlp, layer));
    const auto onto = detail::projected(out.matrix, direction.u);
    for (std::size_t neuron = 0; neuron != config.d_mlp; ++neuron)
      add_written(neuron_label(layer, neuron), captures(mlp, layer), config.d_mlp, neuron,
                  std::span(onto).subspan(neuron, 1));
    bias += detail::dot(out.bias, direction.u);
  };
  const auto add_embeddings = [&] {
    add_residual("embed", captures(Point::embed));
    add_residual("pos_embed", captures(Point::pos_embed));
  };

  if (heads) {
    for (std::size_t layer = 0; layer != config.n_layer; ++layer) add_heads(layer);
    for (std::size_t layer = 0; layer != mlp_layers; ++layer) add_mlp(layer);
    add_embeddings();
    add("bias", [&](std::size_t) { return bias; });
  } else {
    add_embeddings();
    for (std::size_t layer = 0; layer != config.n_layer; ++layer) {
      add_residual(layer_label(layer, "attn_out"), captures(Point::attn_out, layer));
      if (mlp_layers != 0) add_mlp(layer);
    }
  }
  scale = nullptr;  // what comes behind it
  add("ln_final.b", [&](std::size_t) { return direction.of_ln_b; });
  add("b_U", [&](std::size_t) { return direction.of_b_u; });

  LogitAttribution out{std::move(labels),
                       Tensor<float, Dim<"component">, Dim<"pos">>(values.size() / positions, positions)};
  std::copy(values.begin(), values.end(), out.values.data());
  return out;
}

}  // namespace TL_NAMESPACE
