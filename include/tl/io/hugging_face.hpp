#pragma once
// A GPT-2 checkpoint as Hugging Face keeps it, in and out: a folder with config.json and safetensors.
#include <map>
#include <string>
#include <string_view>
#include <tl/io/config_json.hpp>
#include <tl/io/safetensors_shards.hpp>
#include <tl/model/weight_source.hpp>

namespace TL_NAMESPACE::io {

// Opens the folder and checks it whole: the weights hold every tensor that config.json asks for, of its shape and of a
// floating-point type, and no other (but attention masks, and the unembedding of a tied model). Throws Error naming the
// file, the tensor and the mismatch. A folder that opens allocates nothing beyond its files' own size.
// `final`: a source that changes what it reads holds one, or the tensors would be taken from the file past it.
class CheckpointFolder final : public WeightSource {
 public:
  explicit CheckpointFolder(std::string folder);

  const std::string& folder() const { return folder_; }
  const Config& config() const { return checkpoint_.config; }
  std::optional<Token> bos_token_id() const { return checkpoint_.bos_token_id; }
  std::optional<Token> eos_token_id() const { return checkpoint_.eos_token_id; }

  // By the name without the prefix `transformer.`, whether the file has it or not.
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override;
  bool has(std::string_view name) const override { return tensors_.contains(name); }
  std::optional<StoredWeights> stored(std::string_view name, std::span<const std::size_t> shape) override;
  void done(std::string_view name) override;

  // 16 hexadecimal digits that tell checkpoints apart: XXH64 of the weight file, or of the shards' digits in the order
  // of their names. Reads every byte.
  std::string checkpoint_hash() const;
  // Tells checkpoints apart without reading all of them: XXH64 of the files' headers and of the first bytes of every
  // tensor.
  std::uint64_t fingerprint() const;

 private:
  using Entry = SafetensorsShards::Entry;
  // Throws Error where the tensor is missing or its shape is not `shape`.
  const Entry& entry(std::string_view name, std::span<const std::size_t> shape) const;
  void take_names();
  void require_tensors() const;

  std::string folder_;
  CheckpointConfig checkpoint_;
  SafetensorsShards shards_;
  std::map<std::string, Entry, std::less<>> tensors_;  // without prefix, without what is ignored
};

// Writes config.json and model.safetensors that transformers opens (names begin with `transformer.`), creating the
// folder where it is not there. dtype is F32, F16 or BF16.
void save_hugging_face(const std::string& folder, const CheckpointConfig& checkpoint, WeightSource& weights,
                       Dtype dtype = Dtype::f32);

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/hugging_face-inl.hpp>
#endif
