#pragma once
// The weights of a model, packed once for the kernels and kept nowhere else; accessors give the logical matrices back
// under TransformerLens' names and shapes.
#include <array>
#include <cstddef>
#include <string>
#include <tl/core/tensor.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/model/dims.hpp>
#include <tl/model/weight_packer.hpp>
#include <vector>

namespace TL_NAMESPACE {

// y = x W + b as the kernels take it. A missing bias is null.
template <StorageType S>
struct LinearWeights {
  kernels::PackedMatrix<S> matrix;
  const float* bias = nullptr;
};

struct NormWeights {
  const float *w = nullptr, *b = nullptr;
};

template <StorageType S>
struct BlockWeights {
  NormWeights ln1, ln2;
  LinearWeights<S> qkv;  // [d_model, 3 * n_head * d_head]: W_Q, W_K and W_V side by side
  LinearWeights<S> o, in, out;
};

template <Config C, StorageType S = float>
class Weights {
  using D = Dims<C>;

 public:
  using storage_type = S;

  // Reads every tensor of the configuration once. Throws Error naming the tensor where one is missing, of another shape
  // or not finite.
  Weights(WeightSource& source, const Config& config, int threads);
  // Arrays that are ready, as for_each_array of other weights with this configuration visited them: next(count) gives a
  // `const float*` or `const S*` to each in turn. The memory they lie in is kept.
  template <class Next>
  Weights(const Config& config, bool has_b_u, std::shared_ptr<const void> memory, std::size_t bytes, Next next);

  std::vector<BlockWeights<S>> blocks;
  kernels::PackedMatrix<S> w_u;  // [d_model, d_vocab]; of a tied model also W_E, transposed
  const float* w_e = nullptr;    // [d_vocab, d_model] of a model that is not tied
  const float* b_u = nullptr;    // [d_vocab] or null
  const float* w_pos = nullptr;  // [n_ctx, d_model]
  NormWeights ln_final;

  std::size_t bytes() const { return storage_.bytes(); }

  // f(pointer, count) for every array there is, always in one order.
  template <class F>
  void for_each_array(F&& f) const {
    visit_arrays(*this, [&](const auto* pointer, std::size_t count) { f(pointer, count); });
  }

  // TransformerLens' matrices, copied out of the packing, with the storage's rounding.
  auto W_Q(std::size_t layer) const { return per_head(layer, 0); }
  auto W_K(std::size_t layer) const { return per_head(layer, 1); }
  auto W_V(std::size_t layer) const { return per_head(layer, 2); }
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
                                     const kernels::PackedMatrix<S>& matrix) {
    Tensor<float, Ds...> out(Shape<Ds...>::of(extents));
    for (std::size_t k = 0; k != matrix.k; ++k)
      for (std::size_t n = 0; n != matrix.n; ++n) out.data()[k * matrix.n + n] = matrix(k, n);
    return out;
  }
  // Part 0 of the fused matrix is W_Q, 1 W_K, 2 W_V.
  Tensor<float, typename D::head, typename D::d_model, typename D::d_head> per_head(std::size_t layer,
                                                                                    std::size_t part) const {
    using Shaped = Tensor<float, typename D::head, typename D::d_model, typename D::d_head>;
    const kernels::PackedMatrix<S>& qkv = blocks.at(layer).qkv.matrix;
    Shaped out(Shaped::shape_type::of({config_.n_head, config_.d_model, config_.d_head}));
    for (std::size_t head = 0; head != config_.n_head; ++head)
      for (std::size_t m = 0; m != config_.d_model; ++m)
        for (std::size_t d = 0; d != config_.d_head; ++d)
          out(head, m, d) = qkv(m, (part * config_.n_head + head) * config_.d_head + d);
    return out;
  }

  // visit(pointer, count), the pointers by reference.
  template <class Self, class Visit>
  static void visit_arrays(Self& self, const Visit& visit) {
    const Config& c = self.config_;
    const auto matrix = [&](auto& m) {
      visit(m.panels, kernels::packed_size<S>(m.k, m.n));
      if constexpr (std::same_as<S, int8>) visit(m.scale, m.n);
    };
    const auto linear = [&](auto& w) {
      matrix(w.matrix);
      visit(w.bias, w.matrix.n);
    };
    const auto norm = [&](auto& w) {
      if (c.norm == Norm::none) return;
      visit(w.w, c.d_model);
      visit(w.b, c.d_model);
    };
    if (!c.tied_unembed) visit(self.w_e, c.d_vocab * c.d_model);
    matrix(self.w_u);
    if (self.has_b_u_) visit(self.b_u, c.d_vocab);
    visit(self.w_pos, c.n_ctx * c.d_model);
    for (auto& block : self.blocks) {
      norm(block.ln1);
      linear(block.qkv);
      linear(block.o);
      if (c.d_mlp == 0) continue;
      norm(block.ln2);
      linear(block.in);
      linear(block.out);
    }
    norm(self.ln_final);
  }

  Config config_;
  bool has_b_u_;
  WeightStorage storage_;
};

template <Config C, StorageType S>
Weights<C, S>::Weights(WeightSource& source, const Config& config, int threads)
    : config_(config), has_b_u_(source.has("lm_head.bias")) {
  WeightPacker<S> pack(source, storage_, threads);
  const auto norm = [&](const std::string& name) {
    if (config.norm == Norm::none) return NormWeights{};
    return NormWeights{pack.vector(name + ".weight", config.d_model), pack.vector(name + ".bias", config.d_model)};
  };
  const auto linear = [&](const std::string& name, std::size_t k, std::size_t n) {
    return LinearWeights<S>{pack.matrix(name + ".weight", k, n), pack.vector(name + ".bias", n)};
  };

  const std::size_t d = config.d_model, d_attn = config.n_head * config.d_head;
  if (!config.tied_unembed) w_e = pack.table("wte.weight", config.d_vocab, d);
  w_u = pack.transposed(config.tied_unembed ? "wte.weight" : "lm_head.weight", d, config.d_vocab);
  if (has_b_u_) b_u = pack.vector("lm_head.bias", config.d_vocab);
  w_pos = pack.table("wpe.weight", config.n_ctx, d);
  for (std::size_t layer = 0; layer != config.n_layer; ++layer) {
    const std::string prefix = "h." + std::to_string(layer) + ".";
    BlockWeights<S>& block = blocks.emplace_back();
    block.ln1 = norm(prefix + "ln_1");
    block.qkv = linear(prefix + "attn.c_attn", d, 3 * d_attn);
    block.o = linear(prefix + "attn.c_proj", d_attn, d);
    if (config.d_mlp == 0) continue;
    block.ln2 = norm(prefix + "ln_2");
    block.in = linear(prefix + "mlp.c_fc", d, config.d_mlp);
    block.out = linear(prefix + "mlp.c_proj", config.d_mlp, d);
  }
  ln_final = norm("ln_f");
}

template <Config C, StorageType S>
template <class Next>
Weights<C, S>::Weights(const Config& config, bool has_b_u, std::shared_ptr<const void> memory, std::size_t bytes,
                       Next next)
    : w_u{.k = config.d_model, .n = config.d_vocab}, config_(config), has_b_u_(has_b_u) {
  const std::size_t d = config.d_model, d_attn = config.n_head * config.d_head;
  const auto linear = [](std::size_t k, std::size_t n) { return LinearWeights<S>{{.k = k, .n = n}}; };
  for (std::size_t layer = 0; layer != config.n_layer; ++layer)
    blocks.push_back({.ln1 = {},
                      .ln2 = {},
                      .qkv = linear(d, 3 * d_attn),
                      .o = linear(d_attn, d),
                      .in = linear(d, config.d_mlp),
                      .out = linear(config.d_mlp, d)});
  storage_.keep(std::move(memory), bytes);
  visit_arrays(*this, [&]<class T>(const T*& pointer, std::size_t count) { pointer = next.template operator()<T>(count); });
}

}  // namespace TL_NAMESPACE
