#pragma once
// A model as a source of weights: what saving it, or making another from it, reads. Of bf16 and int8 weights it gives
// the rounded values.
#include <string>
#include <tl/model/gpt2.hpp>
#include <tl/model/weight_source.hpp>

namespace TL_NAMESPACE {

template <Config C, StorageType S = float>
class ModelSource : public WeightSource {
 public:
  // The model's weights must outlive the source; `processing` is the model's record of what was done to them.
  explicit ModelSource(const Weights<C, S>& weights, const WeightProcessing& processing = {})
      : weights_(weights), processing_(processing) {}

  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    if (name == "wte.weight") return weights_.w_e ? copy(weights_.w_e, shape, out) : transposed(weights_.w_u, out);
    if (name == "lm_head.weight") return transposed(weights_.w_u, out);
    if (name == "lm_head.bias") return copy(weights_.b_u, shape, out);
    if (name == "wpe.weight") return copy(weights_.w_pos, shape, out);
    if (name == "ln_f.weight") return copy(weights_.ln_final.w, shape, out);
    if (name == "ln_f.bias") return copy(weights_.ln_final.b, shape, out);
    for (std::size_t layer = 0; layer != weights_.blocks.size(); ++layer) {
      const std::string prefix = "h." + std::to_string(layer) + ".";
      if (name.starts_with(prefix)) return read_block(weights_.blocks[layer], name.substr(prefix.size()), shape, out);
    }
    missing(name);
  }
  bool has(std::string_view name) const override { return name != "lm_head.bias" || weights_.b_u; }
  WeightProcessing processing() const override { return processing_; }

 private:
  [[noreturn]] static void missing(std::string_view name) { throw Error("this model has no tensor `", name, "`"); }

  static void read_block(const BlockWeights<S>& block, std::string_view name, std::span<const std::size_t> shape,
                         float* out) {
    if (name == "ln_1.weight") return copy(block.ln1.w, shape, out);
    if (name == "ln_1.bias") return copy(block.ln1.b, shape, out);
    if (name == "ln_2.weight") return copy(block.ln2.w, shape, out);
    if (name == "ln_2.bias") return copy(block.ln2.b, shape, out);
    if (name == "attn.c_proj.weight") return matrix(block.o.matrix, out);
    if (name == "attn.c_proj.bias") return copy(block.o.bias, shape, out);
    if (name == "mlp.c_fc.weight") return matrix(block.in.matrix, out);
    if (name == "mlp.c_fc.bias") return copy(block.in.bias, shape, out);
    if (name == "mlp.c_proj.weight") return matrix(block.out.matrix, out);
    if (name == "mlp.c_proj.bias") return copy(block.out.bias, shape, out);
    if (name == "attn.c_attn.weight") return matrix(block.qkv.matrix, out);
    if (name == "attn.c_attn.bias") return copy(block.qkv.bias, shape, out);
    missing(name);
  }
  static void copy(const float* from, std::span<const std::size_t> shape, float* out) {
    std::size_t size = 1;
    for (std::size_t extent : shape) size *= extent;
    std::copy_n(from, size, out);
  }
  static void matrix(const kernels::PackedMatrix<S>& m, float* out) {
    for (std::size_t k = 0; k != m.k; ++k)
      for (std::size_t n = 0; n != m.n; ++n) out[k * m.n + n] = m(k, n);
  }
  static void transposed(const kernels::PackedMatrix<S>& m, float* out) {
    for (std::size_t n = 0; n != m.n; ++n)
      for (std::size_t k = 0; k != m.k; ++k) out[n * m.k + k] = m(k, n);
  }

  const Weights<C, S>& weights_;
  WeightProcessing processing_;
};

}  // namespace TL_NAMESPACE
