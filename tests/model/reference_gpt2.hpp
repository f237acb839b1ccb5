#pragma once
// GPT-2 in double precision, as plainly as it can be said, from the same source of weights: the oracle of these tests.
#include <algorithm>
#include <cmath>
#include <string>
#include <tl/core/token.hpp>
#include <tl/model/config.hpp>
#include <tl/model/weight_source.hpp>
#include <vector>

class ReferenceGpt2 {
 public:
  using Vector = std::vector<double>;

  ReferenceGpt2(tl::WeightSource& source, const tl::Config& config) : c_(config), source_(source) {}

  // Logits [pos * d_vocab].
  Vector operator()(const std::vector<tl::Token>& tokens) {
    const std::size_t n = tokens.size(), d = c_.d_model;
    const Vector wte = read("wte.weight", {c_.d_vocab, d}), wpe = read("wpe.weight", {c_.n_ctx, d});
    Vector x(n * d);
    for (std::size_t p = 0; p != n; ++p)
      for (std::size_t i = 0; i != d; ++i)
        x[p * d + i] = wte[static_cast<std::size_t>(tokens[p]) * d + i] + wpe[p * d + i];
    for (std::size_t layer = 0; layer != c_.n_layer; ++layer) {
      const std::string h = "h." + std::to_string(layer) + ".";
      add(x, attention(norm(x, h + "ln_1"), h, n));
      if (c_.d_mlp != 0) {
        Vector hidden = linear(norm(x, h + "ln_2"), h + "mlp.c_fc", d, c_.d_mlp);
        for (double& v : hidden) v = activation(v);
        add(x, linear(hidden, h + "mlp.c_proj", c_.d_mlp, d));
      }
    }
    const Vector final = norm(x, "ln_f"), w_u = c_.tied_unembed ? wte : read("lm_head.weight", {c_.d_vocab, d});
    Vector logits(n * c_.d_vocab);
    for (std::size_t p = 0; p != n; ++p)
      for (std::size_t v = 0; v != c_.d_vocab; ++v)
        for (std::size_t i = 0; i != d; ++i) logits[p * c_.d_vocab + v] += final[p * d + i] * w_u[v * d + i];
    return logits;
  }

 private:
  Vector read(const std::string& name, std::vector<std::size_t> shape) {
    std::size_t size = 1;
    for (std::size_t extent : shape) size *= extent;
    std::vector<float> values(size);
    source_.read(name, shape, values.data());
    return {values.begin(), values.end()};
  }
  static void add(Vector& x, const Vector& y) {
    for (std::size_t i = 0; i != x.size(); ++i) x[i] += y[i];
  }
  Vector linear(const Vector& x, const std::string& name, std::size_t k, std::size_t n) {
    const Vector w = read(name + ".weight", {k, n}), b = read(name + ".bias", {n});
    Vector y(x.size() / k * n);
    for (std::size_t r = 0; r != x.size() / k; ++r)
      for (std::size_t j = 0; j != n; ++j) {
        double sum = b[j];
        for (std::size_t i = 0; i != k; ++i) sum += x[r * k + i] * w[i * n + j];
        y[r * n + j] = sum;
      }
    return y;
  }
  Vector norm(const Vector& x, const std::string& name) {
    if (c_.norm == tl::Norm::none) return x;
    const std::size_t d = c_.d_model;
    const Vector w = read(name + ".weight", {d}), b = read(name + ".bias", {d});
    Vector y(x.size());
    for (std::size_t r = 0; r != x.size() / d; ++r) {
      double mean = 0, variance = 0;
      for (std::size_t i = 0; i != d; ++i) mean += x[r * d + i] / static_cast<double>(d);
      for (std::size_t i = 0; i != d; ++i) variance += std::pow(x[r * d + i] - mean, 2) / static_cast<double>(d);
      const double scale = std::sqrt(variance + static_cast<double>(c_.layer_norm_epsilon));
      for (std::size_t i = 0; i != d; ++i) y[r * d + i] = (x[r * d + i] - mean) / scale * w[i] + b[i];
    }
    return y;
  }
  Vector attention(const Vector& x, const std::string& h, std::size_t n) {
    const std::size_t heads = c_.n_head, dh = c_.d_head, width = heads * dh;
    const Vector qkv = linear(x, h + "attn.c_attn", c_.d_model, 3 * width);
    Vector z(n * width);
    for (std::size_t head = 0; head != heads; ++head)
      for (std::size_t p = 0; p != n; ++p) {
        Vector weight(p + 1);
        double total = 0;
        for (std::size_t key = 0; key <= p; ++key) {
          double score = 0;
          for (std::size_t i = 0; i != dh; ++i)
            score += qkv[p * 3 * width + head * dh + i] * qkv[key * 3 * width + width + head * dh + i];
          weight[key] = score / std::sqrt(static_cast<double>(dh));
        }
        const double top = *std::max_element(weight.begin(), weight.end());
        for (double& w : weight) total += w = std::exp(w - top);
        for (std::size_t key = 0; key <= p; ++key)
          for (std::size_t i = 0; i != dh; ++i)
            z[p * width + head * dh + i] += weight[key] / total * qkv[key * 3 * width + 2 * width + head * dh + i];
      }
    return linear(z, h + "attn.c_proj", width, c_.d_model);
  }
  double activation(double x) const {
    switch (c_.activation) {
      case tl::Activation::relu:
        return x > 0 ? x : 0;
      case tl::Activation::gelu_exact:
        return x / 2 * (1 + std::erf(x / std::sqrt(2.0)));
      default:
        return x / 2 * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    }
  }

  tl::Config c_;
  tl::WeightSource& source_;
};
