#pragma once
// Hugging Face's config.json for GPT-2, from and to a Config.
#include <optional>
#include <string>
#include <string_view>
#include <tl/core/token.hpp>
#include <tl/model/config.hpp>

namespace TL_NAMESPACE::io {

// A Config with every extent known, and what else of the file concerns more than training.
struct CheckpointConfig {
  Config config;
  // Nothing where the file has none, or one that is no token of this vocabulary (transformers writes 50256 unasked).
  std::optional<Token> bos_token_id = std::nullopt, eos_token_id = std::nullopt;

  friend bool operator==(const CheckpointConfig&, const CheckpointConfig&) = default;
};

// What config.json cannot say has keys of our own: `tl_norm` ("layer_norm" or "none"), `tl_d_head` (where heads are not
// n_embd / n_head wide) and `n_inner: 0` (attention only). Throws Error naming the file and the key: one that is
// missing, has an absurd value, asks for what this library does not compute, or is not known and not null. Keys that
// concern training, generation or other software only are ignored.
CheckpointConfig parse_config_json(std::string_view text, std::string_view file);
CheckpointConfig read_config_json(const std::string& path);

// The text of a config.json that reads back as the same; storage is torch's name of the weights' type ("float16").
std::string config_json(const CheckpointConfig& checkpoint, std::string_view storage = "float32");

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/config_json-inl.hpp>
#endif
