#pragma once
#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <set>
#include <tl/core/error.hpp>
#include <tl/io/extents.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/io/quote.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <tl/io/xxh64.hpp>
#include <tl/model/checkpoint_tensors.hpp>
#include <utility>

namespace TL_NAMESPACE::io {

namespace detail {

inline constexpr std::string_view transformer_prefix = "transformer.", lm_head = "lm_head.weight",
                                  lm_head_bias = "lm_head.bias";

// h.<layer>.attn.bias and masked_bias: causal masks that older checkpoints carry.
inline bool is_attention_mask(std::string_view name) {
  if (!name.starts_with("h.")) return false;
  name.remove_prefix(std::min(name.find_first_not_of("0123456789", 2), name.size()));
  return name == ".attn.bias" || name == ".attn.masked_bias";
}

inline void require_shape(const SafetensorsShards::Entry& entry, std::string_view name,
                          std::span<const std::size_t> shape, std::string_view who) {
  const auto& stored = entry.tensor->shape;
  if (!std::equal(shape.begin(), shape.end(), stored.begin(), stored.end()))
    throw Error("'", entry.file->path(), "': tensor ", quote(name), " has shape ", shape_text(stored), ", where ", who,
                " asks for ", shape_text(shape));
}

inline std::string hex(std::uint64_t value) {
  std::string digits(16, '0');
  for (auto digit = digits.rbegin(); value != 0; ++digit, value >>= 4) *digit = "0123456789abcdef"[value & 15];
  return digits;
}

}  // namespace detail

TL_INLINE CheckpointFolder::CheckpointFolder(std::string folder)
    : folder_(std::move(folder)),
      checkpoint_(read_config_json((std::filesystem::path(folder_) / "config.json").string())),
      shards_(folder_) {
  take_names();
  require_tensors();
}

TL_INLINE void CheckpointFolder::take_names() {
  for (const auto& [stored_name, entry] : shards_.tensors()) {
    std::string_view name = stored_name;
    if (name.starts_with(detail::transformer_prefix)) name.remove_prefix(detail::transformer_prefix.size());
    if (detail::is_attention_mask(name) || (name == detail::lm_head && config().tied_unembed)) continue;
    if (!tensors_.emplace(name, entry).second)
      throw Error("'", entry.file->path(), "' holds tensor ", quote(name), " twice, with and without 'transformer.'");
  }
}

TL_INLINE void CheckpointFolder::require_tensors() const {
  std::set<std::string_view> wanted;
  const auto specs = checkpoint_tensors(config());
  const auto check = [&](const Entry& entry, const TensorSpec& spec) {
    detail::require_shape(entry, spec.name, spec.shape, "config.json");
    const Dtype dtype = entry.tensor->dtype;
    if (dtype != Dtype::f32 && dtype != Dtype::f16 && dtype != Dtype::bf16 && dtype != Dtype::f64)
      throw Error("'", entry.file->path(), "': tensor ", quote(spec.name), " has dtype ", dtype_name(dtype),
                  ", where F32, F16, BF16 or F64 is wanted");
    wanted.insert(spec.name);
  };
  for (const TensorSpec& spec : specs) {
    const auto found = tensors_.find(spec.name);
    if (found == tensors_.end())
      throw Error("'", shards_.listing(), "' has no tensor ", quote(spec.name),
                  ", which config.json asks for with shape ", shape_text(spec.shape));
    check(found->second, spec);
  }
  const TensorSpec bias{std::string(detail::lm_head_bias), {config().d_vocab}};
  if (const auto found = tensors_.find(bias.name); found != tensors_.end()) check(found->second, bias);
  for (const auto& [name, entry] : tensors_)
    if (!wanted.contains(name))
      throw Error("'", entry.file->path(), "' holds tensor ", quote(name), ", which no GPT-2 of this config.json has");
}

TL_INLINE const CheckpointFolder::Entry& CheckpointFolder::entry(std::string_view name,
                                                                 std::span<const std::size_t> shape) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) throw Error("'", shards_.listing(), "' has no tensor ", quote(name));
  detail::require_shape(found->second, name, shape, "the model");
  return found->second;
}

TL_INLINE void CheckpointFolder::read(std::string_view name, std::span<const std::size_t> shape, float* out) {
  const Entry& found = entry(name, shape);
  to_float32(*found.tensor, out, found.file->path(), name);
}

TL_INLINE std::optional<StoredWeights> CheckpointFolder::stored(std::string_view name,
                                                                std::span<const std::size_t> shape) {
  const StoredTensor& tensor = *entry(name, shape).tensor;  // opening has checked its type
  return StoredWeights{tensor.bytes.data(), dtype_size(tensor.dtype), to_float32(tensor.dtype)};
}

TL_INLINE void CheckpointFolder::done(std::string_view name) {
  const auto found = tensors_.find(name);
  if (found != tensors_.end()) found->second.file->drop(found->second.tensor->bytes);
}

TL_INLINE std::string CheckpointFolder::checkpoint_hash() const {
  std::string digits;
  for (const SafetensorsFile& file : shards_.files()) digits += detail::hex(xxh64(file.bytes()));
  return shards_.files().size() == 1 ? digits : detail::hex(xxh64(std::as_bytes(std::span(digits))));
}

TL_INLINE std::uint64_t CheckpointFolder::fingerprint() const {
  constexpr std::size_t sample = 256;
  std::vector<std::byte> samples;
  for (const SafetensorsFile& file : shards_.files()) {
    std::size_t data = 0;
    for (const auto& [name, tensor] : file.tensors()) data += tensor.bytes.size();
    const auto header = file.bytes().first(file.bytes().size() - data);
    samples.insert(samples.end(), header.begin(), header.end());
    for (const auto& [name, tensor] : file.tensors()) {
      const auto part = tensor.bytes.first(std::min(sample, tensor.bytes.size()));
      samples.insert(samples.end(), part.begin(), part.end());
    }
  }
  return xxh64(samples);
}

TL_INLINE void save_hugging_face(const std::string& folder, const CheckpointConfig& checkpoint, WeightSource& weights,
                                 Dtype dtype) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error("cannot create '", folder, "': ", error.message());

  std::vector<TensorSpec> specs = checkpoint_tensors(checkpoint.config);
  if (weights.has(detail::lm_head_bias))
    specs.push_back({std::string(detail::lm_head_bias), {checkpoint.config.d_vocab}});
  std::vector<TensorSpec> named = specs;
  std::size_t largest = 0;
  for (TensorSpec& spec : named) {
    if (!spec.name.starts_with("lm_head.")) spec.name.insert(0, detail::transformer_prefix);
    largest = std::max(largest, spec.size());
  }
  SafetensorsWriter file((fs::path(folder) / "model.safetensors").string(), std::move(named), dtype);
  const auto values = std::make_unique_for_overwrite<float[]>(largest);
  for (const TensorSpec& spec : specs) {
    weights.read(spec.name, spec.shape, values.get());
    file.write({values.get(), spec.size()});
  }
  const std::string_view storage = dtype == Dtype::f16 ? "float16" : dtype == Dtype::bf16 ? "bfloat16" : "float32";
  OutputFile config((fs::path(folder) / "config.json").string());
  config.write(config_json(checkpoint, storage));
  file.finish();
  config.commit();
}

}  // namespace TL_NAMESPACE::io
