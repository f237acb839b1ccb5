#pragma once
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <tl/core/error.hpp>
#include <tl/io/config_json.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/io/mapped_file.hpp>
#include <tl/io/quote.hpp>

namespace TL_NAMESPACE::io {

namespace detail {

// Keys that change nothing of what a forward pass computes: metadata, training, generation, classification heads.
// Keys that begin with an underscore are metadata too. From GPT2Config and PretrainedConfig of transformers 2 to 5.
inline constexpr std::string_view config_json_ignored[] = {"architectures",
                                                           "attn_implementation",
                                                           "attn_pdrop",
                                                           "attribute_map",
                                                           "auto_map",
                                                           "bad_words_ids",
                                                           "begin_suppress_tokens",
                                                           "chunk_size_feed_forward",
                                                           "decoder_start_token_id",
                                                           "diversity_penalty",
                                                           "do_sample",
                                                           "dtype",
                                                           "early_stopping",
                                                           "embd_pdrop",
                                                           "encoder_no_repeat_ngram_size",
                                                           "exponential_decay_length_penalty",
                                                           "finetuning_task",
                                                           "forced_bos_token_id",
                                                           "forced_eos_token_id",
                                                           "gradient_checkpointing",
                                                           "id2label",
                                                           "initializer_range",
                                                           "is_decoder",
                                                           "label2id",
                                                           "length_penalty",
                                                           "max_length",
                                                           "max_new_tokens",
                                                           "min_length",
                                                           "n_special",
                                                           "name_or_path",
                                                           "no_repeat_ngram_size",
                                                           "num_beam_groups",
                                                           "num_beams",
                                                           "num_labels",
                                                           "num_return_sequences",
                                                           "output_attentions",
                                                           "output_hidden_states",
                                                           "output_past",
                                                           "output_scores",
                                                           "pad_token_id",
                                                           "predict_special_tokens",
                                                           "prefix",
                                                           "problem_type",
                                                           "remove_invalid_values",
                                                           "repetition_penalty",
                                                           "resid_pdrop",
                                                           "return_dict",
                                                           "return_dict_in_generate",
                                                           "sep_token_id",
                                                           "summary_activation",
                                                           "summary_first_dropout",
                                                           "summary_proj_to_labels",
                                                           "summary_type",
                                                           "summary_use_proj",
                                                           "suppress_tokens",
                                                           "task_specific_params",
                                                           "temperature",
                                                           "tf_legacy_loss",
                                                           "tie_encoder_decoder",
                                                           "tokenizer_class",
                                                           "top_k",
                                                           "top_p",
                                                           "torch_dtype",
                                                           "torchscript",
                                                           "transformers_version",
                                                           "typical_p",
                                                           "use_bfloat16",
                                                           "use_cache"};

// Flags of GPT-2 with the one value that is computed here.
struct ConfigFlag {
  std::string_view key;
  bool supported;
};
inline constexpr ConfigFlag config_json_flags[] = {{"scale_attn_weights", true},
                                                   {"scale_attn_by_inverse_layer_idx", false},
                                                   {"reorder_and_upcast_attn", false},
                                                   {"add_cross_attention", false},
                                                   {"is_encoder_decoder", false}};

struct ActivationName {
  std::string_view name;
  Activation activation;
};
// The first name of each is the one written.
inline constexpr ActivationName activation_names[] = {{"gelu_new", Activation::gelu_tanh},
                                                      {"gelu_pytorch_tanh", Activation::gelu_tanh},
                                                      {"gelu", Activation::gelu_exact},
                                                      {"relu", Activation::relu}};

// Limits far above every GPT-2, far below where products of extents overflow.
inline constexpr std::size_t most_layers = 4096, widest = std::size_t{1} << 24;

class ConfigJson {
 public:
  ConfigJson(std::string_view text, std::string_view file) : json_(parse_json(text, file)), file_(file) {
    if (!json_.is_object()) throw Error("'", file_, "' is no config.json: it is not a JSON object");
  }

  CheckpointConfig read() {
    CheckpointConfig result;
    if (const nlohmann::json* type = find({"model_type"}); type != nullptr && *type != "gpt2")
      refuse("model_type", *type, "only \"gpt2\" is supported");
    for (const ConfigFlag& flag : config_json_flags)
      if (boolean(flag.key, flag.supported) != flag.supported)
        refuse(flag.key, json_[std::string(flag.key)], "this is not supported");

    Config& config = result.config;
    config.n_layer = extent({"n_layer", "num_hidden_layers"}, 1, most_layers);
    config.n_head = extent({"n_head", "num_attention_heads"}, 1, widest);
    config.d_model = extent({"n_embd", "hidden_size"}, 1, widest);
    config.n_ctx = extent({"n_positions", "n_ctx", "max_position_embeddings"}, 1, widest);
    config.d_vocab = extent({"vocab_size"}, 1, widest);
    config.d_mlp = find({"n_inner"}) ? extent({"n_inner"}, 0, widest) : 4 * config.d_model;
    config.d_head = head_width(config);
    config.activation = activation();
    config.norm = norm();
    config.tied_unembed = boolean("tie_word_embeddings", true);
    config.layer_norm_epsilon = epsilon();
    result.bos_token_id = token("bos_token_id", config.d_vocab);
    result.eos_token_id = token("eos_token_id", config.d_vocab);
    require_all_known();
    return result;
  }

 private:
  // The value under any of the names of a key; null counts as absent, two that differ are refused.
  const nlohmann::json* find(std::initializer_list<std::string_view> names) {
    const nlohmann::json* found = nullptr;
    std::string_view first;
    for (const std::string_view name : names) {
      known_.push_back(name);
      const auto entry = json_.find(std::string(name));
      if (entry == json_.end() || entry->is_null()) continue;
      if (found != nullptr && *found != *entry)
        throw Error("'", file_, "': ", first, " and ", name, " differ, but are names of the same");
      if (found == nullptr) first = name;
      found = &*entry;
    }
    return found;
  }

  std::size_t extent(std::initializer_list<std::string_view> names, std::size_t least, std::size_t most) {
    const std::string_view name = *names.begin();
    const nlohmann::json* value = find(names);
    if (value == nullptr) throw Error("'", file_, "': ", name, " is missing");
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() < least || value->get<std::uint64_t>() > most)
      refuse(name, *value, "a whole number from ", least, " to ", most, " is wanted");
    return value->get<std::size_t>();
  }

  std::size_t head_width(const Config& config) {
    if (find({"tl_d_head"})) {
      const std::size_t width = extent({"tl_d_head"}, 1, widest);
      if (width * config.n_head > widest) throw Error("'", file_, "': tl_d_head times n_head is beyond ", widest);
      return width;
    }
    if (config.d_model % config.n_head != 0)
      throw Error("'", file_, "': n_embd ", config.d_model, " is not divisible by n_head ", config.n_head);
    return config.d_model / config.n_head;
  }

  bool boolean(std::string_view name, bool otherwise) {
    const nlohmann::json* value = find({name});
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) refuse(name, *value, "true or false is wanted");
    return value->get<bool>();
  }

  Activation activation() {
    const nlohmann::json* value = find({"activation_function"});
    if (value == nullptr) return Activation::gelu_tanh;  // transformers' default
    for (const ActivationName& known : activation_names)
      if (*value == known.name) return known.activation;
    refuse("activation_function", *value, "known are gelu_new, gelu_pytorch_tanh, gelu and relu");
  }

  Norm norm() {
    const nlohmann::json* value = find({"tl_norm"});
    if (value == nullptr || *value == "layer_norm") return Norm::layer_norm;
    if (*value == "none") return Norm::none;
    refuse("tl_norm", *value, "\"layer_norm\" or \"none\" is wanted");
  }

  float epsilon() {
    const nlohmann::json* value = find({"layer_norm_epsilon"});
    if (value == nullptr) return 1e-5f;  // transformers' default
    const double number = value->is_number() ? value->get<double>() : -1;
    if (!(number >= static_cast<double>(std::numeric_limits<float>::min()) && number <= 1))
      refuse("layer_norm_epsilon", *value, "a positive number up to 1 is wanted");
    return static_cast<float>(number);
  }

  std::optional<Token> token(std::string_view name, std::size_t d_vocab) {
    const nlohmann::json* value = find({name});
    if (value == nullptr) return std::nullopt;
    if (!value->is_number_integer()) refuse(name, *value, "one token id is wanted");
    // A negative number is none; as unsigned it is beyond every vocabulary.
    const auto id = value->get<std::uint64_t>();
    return id < d_vocab ? std::optional(static_cast<Token>(id)) : std::nullopt;
  }

  void require_all_known() const {
    const auto is_in = [](const auto& list, std::string_view key) {
      return std::find(std::begin(list), std::end(list), key) != std::end(list);
    };
    for (const auto& [key, value] : json_.items()) {
      const bool nothing = value.is_null() || (value.is_structured() && value.empty());  // quantization_config: null
      if (!nothing && !key.starts_with('_') && !is_in(known_, key) && !is_in(config_json_ignored, key))
        refuse(quote(key), value, "this key is not supported: remove it if the model does not depend on it");
    }
  }

  template <class... Why>
  [[noreturn]] void refuse(std::string_view key, const nlohmann::json& value, const Why&... why) const {
    const std::string text = value.is_structured() ? "(an object or list)" : value.dump();
    throw Error("'", file_, "': ", key, " is ", text.size() > 60 ? text.substr(0, 60) + "..." : text, ", but ", why...);
  }

  const nlohmann::json json_;
  std::string_view file_;
  std::vector<std::string_view> known_{"model_type"};
};

}  // namespace detail

TL_INLINE CheckpointConfig parse_config_json(std::string_view text, std::string_view file) {
  return detail::ConfigJson(text, file).read();
}

TL_INLINE CheckpointConfig read_config_json(const std::string& path) {
  const MappedFile file(path);
  return parse_config_json(file.text(), path);
}

TL_INLINE std::string config_json(const CheckpointConfig& checkpoint, std::string_view storage) {
  const Config& config = checkpoint.config;
  nlohmann::ordered_json json;
  json["architectures"] = {"GPT2LMHeadModel"};
  json["model_type"] = "gpt2";
  json["n_layer"] = config.n_layer;
  json["n_head"] = config.n_head;
  json["n_embd"] = config.d_model;
  json["n_inner"] = config.d_mlp;
  json["n_positions"] = config.n_ctx;
  json["vocab_size"] = config.d_vocab;
  for (const detail::ActivationName& known : detail::activation_names)
    if (known.activation == config.activation && !json.contains("activation_function"))
      json["activation_function"] = known.name;
  // By the shortest decimals of the float: 1e-05, not 9.99999974737875e-06.
  char digits[32]{};
  std::to_chars(digits, digits + sizeof digits - 1, config.layer_norm_epsilon);
  json["layer_norm_epsilon"] = std::strtod(digits, nullptr);
  json["tie_word_embeddings"] = config.tied_unembed;
  if (config.norm == Norm::none) json["tl_norm"] = "none";
  if (config.d_head * config.n_head != config.d_model) json["tl_d_head"] = config.d_head;
  if (checkpoint.bos_token_id) json["bos_token_id"] = *checkpoint.bos_token_id;
  if (checkpoint.eos_token_id) json["eos_token_id"] = *checkpoint.eos_token_id;
  json["torch_dtype"] = storage;
  return json.dump(2) + "\n";
}

}  // namespace TL_NAMESPACE::io
