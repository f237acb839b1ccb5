#pragma once
// load<gpt2_small>("gpt2"): a Hugging Face folder as a model with its tokenizer.
#include <filesystem>
#include <string>
#include <tl/decode/language_model.hpp>
#include <tl/io/hugging_face.hpp>
#include <tl/decode/packed_file.hpp>
#include <tl/model/processed_weights.hpp>

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

// A folder's network processed: load_network<dynamic_gpt2, float, Basis::centred>(folder, WeightProcessing::standard()).
// The basis of the type is the processing's (centred where writing weights are), and a static C is the processed model's,
// processed(gpt2_small, WeightProcessing::standard()): others are refused. Header-only this needs -llapack.
template <Config C, StorageType Storage, Basis B>
Gpt2<C, Storage, B> load_network(const std::string& folder, const WeightProcessing& processing,
                                 RunOptions options = {}) {
  if constexpr (B == Basis::raw)
    if (processing == WeightProcessing::none()) return load_network<C, Storage>(folder, options);
  io::CheckpointFolder checkpoint(folder);
  ProcessedWeights source(checkpoint, checkpoint.config(), processing);
  return Gpt2<C, Storage, B>(source, source.config(), options);
}

template <Config C, StorageType Storage, Basis B>
LanguageModel<C, Storage, B> load(const std::string& folder, const WeightProcessing& processing,
                                  RunOptions options = {}) {
  Tokenizer tokenizer = Tokenizer::load(folder);
  return {load_network<C, Storage, B>(folder, processing, options), std::move(tokenizer)};
}

}  // namespace TL_NAMESPACE
