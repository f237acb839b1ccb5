#pragma once
// The weights of a model, packed once for the kernels and kept nowhere else; accessors give the logical matrices back
// under TransformerLens' names and shapes.
#include <cmath>
#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <tl/core/error.hpp>
#include <tl/core/tensor.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/model/dims.hpp>
#include <tl/model/weight_source.hpp>
#include <vector>

namespace TL_NAMESPACE {

// y = x W + b as the kernels take it. A missing bias is null.
struct LinearWeights {
  kernels::PackedMatrix matrix;
  const float* bias = nullptr;
};

struct NormWeights {
  const float *w = nullptr, *b = nullptr;
};

struct BlockWeights {
  NormWeights ln1, ln2;
  LinearWeights q, k, v, o, in, out;
};

// Floats that are allocated together and live as long as the weights.
class WeightStorage {
 public:
  // `count` floats, aligned to a cache line.
  float* take(std::size_t count) {
    const std::size_t bytes = (count * sizeof(float) + 63) / 64 * 64;
    pieces_.emplace_back(static_cast<float*>(::operator new (bytes, std::align_val_t{tensor_alignment})));
    bytes_ += bytes;
    return pieces_.back().get();
  }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Release {
    void operator()(float* p) const { ::operator delete (p, std::align_val_t{tensor_alignment}); }
  };
  std::vector<std::unique_ptr<float, Release>> pieces_;
  std::size_t bytes_ = 0;
};

template <Config C>
class Weights {
  using D = Dims<C>;

 public:
  // Reads every tensor of the configuration once. Throws Error naming the tensor where one holds NaN or infinity.
  Weights(WeightSource& source, const Config& config, int threads);

  std::vector<BlockWeights> blocks;
  kernels::PackedMatrix w_u;     // [d_model, d_vocab]; of a tied model also W_E, transposed
  const float* w_e = nullptr;    // [d_vocab, d_model] of a model that is not tied
  const float* b_u = nullptr;    // [d_vocab] or null
  const float* w_pos = nullptr;  // [n_ctx, d_model]
  NormWeights ln_final;

  std::size_t bytes() const { return storage_.bytes(); }

  // TransformerLens' matrices, copied out of the packing.
  auto W_Q(std::size_t layer) const { return per_head(blocks.at(layer).q); }
  auto W_K(std::size_t layer) const { return per_head(blocks.at(layer).k); }
  auto W_V(std::size_t layer) const { return per_head(blocks.at(layer).v); }
  Tensor<float, typename D::head, typename D::d_head, typename D::d_model> W_O(std::size_t layer) const {
    return unpack<typename D::head, typename D::d_head, typename D::d_model>(
        {config_.n_head, config_.d_head, config_.d_model}, blocks.at(layer).o.matrix);
  }
  Tensor<float, typename D::d_model, typename D::d_mlp> W_in(std::size_t layer) const {
    return unpack<typename D::d_model, typename D::d_mlp>({config_.d_model, config_.d_mlp}, blocks.at(layer).in.matrix);
  }
  Tensor<float, typename D::d_mlp, typename D::d_model> W_out(std::size_t layer) const {
    return unpack<typename D::d_mlp, typename D::d_model>({config_.d_mlp, config_.d_model},
                                                          blocks.at(layer).out.matrix);
  }
  Tensor<float, typename D::d_model, typename D::d_vocab> W_U() const {
    return unpack<typename D::d_model, typename D::d_vocab>({config_.d_model, config_.d_vocab}, w_u);
  }
  // The embedding of one token, and the unembedding direction of one.
  Tensor<float, typename D::d_model> W_E(std::size_t token) const {
    Tensor<float, typename D::d_model> row(Shape<typename D::d_model>::of({config_.d_model}));
    for (std::size_t i = 0; i != config_.d_model; ++i) row(i) = w_e ? w_e[token * config_.d_model + i] : w_u(i, token);
    return row;
  }

 private:
  template <class... Ds>
  static Tensor<float, Ds...> unpack(const std::array<std::size_t, sizeof...(Ds)>& extents,
                                     kernels::PackedMatrix matrix) {
    Tensor<float, Ds...> out(Shape<Ds...>::of(extents));
    for (std::size_t k = 0; k != matrix.k; ++k)
      for (std::size_t n = 0; n != matrix.n; ++n) out.data()[k * matrix.n + n] = matrix(k, n);
    return out;
  }
  Tensor<float, typename D::head, typename D::d_model, typename D::d_head> per_head(const LinearWeights& w) const {
    using Shaped = Tensor<float, typename D::head, typename D::d_model, typename D::d_head>;
    Shaped out(Shaped::shape_type::of({config_.n_head, config_.d_model, config_.d_head}));
    for (std::size_t head = 0; head != config_.n_head; ++head)
      for (std::size_t m = 0; m != config_.d_model; ++m)
        for (std::size_t d = 0; d != config_.d_head; ++d) out(head, m, d) = w.matrix(m, head * config_.d_head + d);
    return out;
  }

  Config config_;
  WeightStorage storage_;
};

template <Config C>
Weights<C>::Weights(WeightSource& source, const Config& config, int threads) : config_(config) {
  std::vector<float> staging;
  const auto read = [&](const std::string& name, std::initializer_list<std::size_t> shape, float* out) {
    source.read(name, {shape.begin(), shape.size()}, out);
    std::size_t size = 1;
    for (std::size_t extent : shape) size *= extent;
    for (std::size_t i = 0; i != size; ++i)
      if (!std::isfinite(out[i])) throw Error("tensor `", name, "` holds a value that is not finite, at element ", i);
  };
  const auto vector = [&](const std::string& name, std::size_t n) {
    float* out = storage_.take(n);
    read(name, {n}, out);
    return static_cast<const float*>(out);
  };
  const auto norm = [&](const std::string& name) {
    if (config.norm == Norm::none) return NormWeights{};
    return NormWeights{vector(name + ".weight", config.d_model), vector(name + ".bias", config.d_model)};
  };
  // Columns [part * n, (part + 1) * n) of a stored matrix of `parts` such parts side by side.
  const auto packed = [&](const float* matrix, const float* bias, std::size_t part, std::size_t parts, std::size_t k,
                          std::size_t n) {
    float* panels = storage_.take(kernels::packed_size(k, n));
    kernels::pack(matrix + part * n, parts * n, k, n, panels, threads);
    return LinearWeights{{panels, k, n}, bias + part * n};
  };
  const auto linear = [&](const std::string& name, std::size_t k, std::size_t n) {
    staging.resize(k * n);
    read(name + ".weight", {k, n}, staging.data());
    return packed(staging.data(), vector(name + ".bias", n), 0, 1, k, n);
  };

  const std::size_t d = config.d_model, d_attn = config.n_head * config.d_head;
  staging.resize(config.d_vocab * d);
  read("wte.weight", {config.d_vocab, d}, staging.data());
  if (!config.tied_unembed) {
    float* rows = storage_.take(config.d_vocab * d);
    std::copy(staging.begin(), staging.end(), rows);
    w_e = rows;
    read("lm_head.weight", {config.d_vocab, d}, staging.data());
  }
  if (source.has("lm_head.bias")) b_u = vector("lm_head.bias", config.d_vocab);
  float* panels = storage_.take(kernels::packed_size(d, config.d_vocab));
  kernels::pack_transposed(staging.data(), d, config.d_vocab, panels, threads);
  w_u = {panels, d, config.d_vocab};
  float* positions = storage_.take(config.n_ctx * d);
  read("wpe.weight", {config.n_ctx, d}, positions);
  w_pos = positions;

  for (std::size_t layer = 0; layer != config.n_layer; ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    BlockWeights& block = blocks.emplace_back();
    block.ln1 = norm(prefix + "ln_1");
    staging.resize(d * 3 * d_attn);
    read(prefix + "attn.c_attn.weight", {d, 3 * d_attn}, staging.data());
    const float* bias = vector(prefix + "attn.c_attn.bias", 3 * d_attn);
    block.q = packed(staging.data(), bias, 0, 3, d, d_attn);
    block.k = packed(staging.data(), bias, 1, 3, d, d_attn);
    block.v = packed(staging.data(), bias, 2, 3, d, d_attn);
    block.o = linear(prefix + "attn.c_proj", d_attn, d);
    if (config.d_mlp == 0) continue;
    block.ln2 = norm(prefix + "ln_2");
    block.in = linear(prefix + "mlp.c_fc", d, config.d_mlp);
    block.out = linear(prefix + "mlp.c_proj", config.d_mlp, d);
  }
  ln_final = norm("ln_f");
}

}  // namespace TL_NAMESPACE
