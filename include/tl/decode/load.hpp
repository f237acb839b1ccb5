#pragma once
// load<gpt2_small>("gpt2"): a Hugging Face folder as a model with its tokenizer.
#include <filesystem>
#include <string>
#include <tl/decode/language_model.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/decode/packed_file.hpp>

namespace TL_NAMESPACE {

// The network of a folder with config.json and safetensors, its weights kept as Storage. load_network<dynamic_gpt2>, or
// load_network, takes any shape. Where `tl pack` has left a packed file for that storage, it is mapped. Throws Error,
// one sentence, where a file is missing or bad, the checkpoint is not of shape C, or the packed file not of it.
template <Config C = dynamic_gpt2, StorageType Storage = float>
Gpt2<C, Storage> load_network(const std::string& folder, RunOptions options = {}) {
  io::CheckpointFolder checkpoint(folder);
  const std::string packed = packed_path(folder, storage_name<Storage>);
  if (std::error_code none; std::filesystem::exists(packed, none))
    return {open_packed<C, Storage>(packed, checkpoint, options.resolved_threads()), checkpoint.config()};
  return Gpt2<C, Storage>(checkpoint, checkpoint.config(), options);
}

// The same with the folder's tokenizer.
template <Config C = dynamic_gpt2, StorageType Storage = float>
LanguageModel<C, Storage> load(const std::string& folder, RunOptions options = {}) {
  Tokenizer tokenizer = Tokenizer::load(folder);
  return {load_network<C, Storage>(folder, options), std::move(tokenizer)};
}

}  // namespace TL_NAMESPACE
