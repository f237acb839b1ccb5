#pragma once
// load<gpt2_small>("gpt2"): a Hugging Face folder as a model with its tokenizer.
#include <string>
#include <tl/decode/language_model.hpp>
#include <tl/io/hugging_face.hpp>

namespace TL_NAMESPACE {

// The model of a folder with config.json, safetensors and a tokenizer. load<dynamic_gpt2>(folder), or load(folder),
// takes any shape. Throws Error, one sentence, where a file is missing or bad, or the checkpoint is not of shape C.
template <Config C = dynamic_gpt2, StorageType Storage = float>
LanguageModel<C, Storage> load(const std::string& folder, RunOptions options = {}) {
  io::CheckpointFolder checkpoint(folder);
  Tokenizer tokenizer = Tokenizer::load(folder);
  return {Gpt2<C, Storage>(checkpoint, checkpoint.config(), options), std::move(tokenizer)};
}

// The network alone, of a folder without a tokenizer.
template <Config C = dynamic_gpt2, StorageType Storage = float>
Gpt2<C, Storage> load_network(const std::string& folder, RunOptions options = {}) {
  io::CheckpointFolder checkpoint(folder);
  return Gpt2<C, Storage>(checkpoint, checkpoint.config(), options);
}

}  // namespace TL_NAMESPACE
