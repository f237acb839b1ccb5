#pragma once
// Where the numbers of a model come from: a checkpoint on disk, a generator, another model's weights processed.
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/model/weight_processing.hpp>

namespace TL_NAMESPACE {

// Tensors are named as Hugging Face names GPT-2's, without the `transformer.` prefix: `wte.weight` [d_vocab, d_model],
// `wpe.weight` [n_ctx, d_model], `h.0.ln_1.weight`, `h.0.attn.c_attn.weight` [d_model, 3 * n_head * d_head] (q, k, v),
// `h.0.attn.c_proj.weight` [n_head * d_head, d_model], `h.0.mlp.c_fc.weight` [d_model, d_mlp], `h.0.mlp.c_proj.weight`,
// `ln_f.weight`, each with its `.bias`; separate unembeddings add `lm_head.weight` [d_vocab, d_model].
// A tensor where it lies, row-major, of any element type.
struct StoredWeights {
  const std::byte* bytes;
  std::size_t element_size;
  void (*to_float)(const std::byte* from, std::size_t count, float* to);
};

class WeightSource {
 public:
  virtual ~WeightSource() = default;
  // Writes the tensor, row-major float32, to out. Throws Error naming the tensor where it is missing or its shape is
  // not `shape`.
  virtual void read(std::string_view name, std::span<const std::size_t> shape, float* out) = 0;
  // Whether the tensor is there (an optional one: the bias of an unembedding, `lm_head.bias`).
  virtual bool has(std::string_view name) const = 0;
  // What was done to the weights of the checkpoint before.
  virtual WeightProcessing processing() const { return {}; }

  // The same tensor without a copy, of a source that has it in memory as it is; it stays until done(name). A source
  // that changes what another reads has none.
  virtual std::optional<StoredWeights> stored(std::string_view, std::span<const std::size_t>) { return std::nullopt; }
  // The tensor is not read again: what memory it takes may go.
  virtual void done(std::string_view) {}
};

}  // namespace TL_NAMESPACE
