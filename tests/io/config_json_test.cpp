#include <string>
#include <tl/io/config_json.hpp>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;
using tl::Activation;
using tl::Config;
using tl::Norm;

namespace {

// A small config.json with more keys, or with one of its own left out.
std::string json(std::string_view more = "", std::string_view without = "") {
  std::string text = R"({"model_type": "gpt2")";
  for (const std::string_view entry :
       {R"("n_layer": 2)", R"("n_head": 2)", R"("n_embd": 8)", R"("n_positions": 16)", R"("vocab_size": 32)"})
    if (without.empty() || entry.find(without) == entry.npos) text += ", " + std::string(entry);
  return text + (more.empty() ? "" : ", ") + std::string(more) + "}";
}

Config parse(std::string_view more = "", std::string_view without = "") {
  return parse_config_json(json(more, without), "c").config;
}
std::string refusal(std::string_view more, std::string_view without = "") {
  return error_of([&] { parse(more, without); });
}

constexpr Config small{.n_layer = 2, .n_head = 2, .d_model = 8, .d_head = 4, .d_mlp = 32, .n_ctx = 16, .d_vocab = 32};

}  // namespace

TEST_CASE("the default model's config.json gives its Config") {
  const CheckpointConfig read = read_config_json(TL_SOURCE_DIR "/models/tinystories-6l/config.json");
  REQUIRE(read.config == tl::tinystories_6l);
  REQUIRE(read.bos_token_id == 0);
  REQUIRE(read.eos_token_id == 0);
}

TEST_CASE("every choice of the family is read") {
  REQUIRE(parse() == small);
  REQUIRE(parse(R"("n_inner": null)") == small);
  REQUIRE(parse(R"("n_inner": 0)").d_mlp == 0);
  REQUIRE(parse(R"("n_inner": 7)").d_mlp == 7);
  REQUIRE(parse(R"("n_ctx": 16)") == small);
  REQUIRE(parse(R"("n_ctx": 9)", "n_positions").n_ctx == 9);
  REQUIRE(parse(R"("hidden_size": 6)", "n_embd").d_model == 6);
  REQUIRE(parse(R"("activation_function": "gelu_new")").activation == Activation::gelu_tanh);
  REQUIRE(parse(R"("activation_function": "gelu_pytorch_tanh")").activation == Activation::gelu_tanh);
  REQUIRE(parse(R"("activation_function": "gelu")").activation == Activation::gelu_exact);
  REQUIRE(parse(R"("activation_function": "relu")").activation == Activation::relu);
  REQUIRE(parse(R"("layer_norm_epsilon": 0.25)").layer_norm_epsilon == 0.25f);
  REQUIRE_FALSE(parse(R"("tie_word_embeddings": false)").tied_unembed);
  REQUIRE(parse(R"("tl_norm": "none")").norm == Norm::none);
  REQUIRE(parse(R"("tl_norm": "layer_norm")").norm == Norm::layer_norm);
  REQUIRE(parse(R"("tl_d_head": 3)").d_head == 3);
  REQUIRE(parse(R"("attn_pdrop": 0.5, "summary_type": "x", "_name_or_path": "y", "pruned_heads": {}, "alibi": null)") ==
          small);
}

TEST_CASE("token ids are those of the vocabulary, or none") {
  const auto ids = [](std::string_view more) { return parse_config_json(json(more), "c"); };
  REQUIRE(ids(R"("bos_token_id": 31)").bos_token_id == 31);
  REQUIRE_FALSE(ids(R"("bos_token_id": 32)").bos_token_id);
  REQUIRE_FALSE(ids(R"("bos_token_id": -1)").bos_token_id);
  REQUIRE_FALSE(ids(R"("bos_token_id": null)").bos_token_id);
  REQUIRE_FALSE(ids("").eos_token_id);
  REQUIRE(refusal(R"("eos_token_id": [1, 2])") ==
          "'c': eos_token_id is (an object or list), but one token id is wanted");
}

TEST_CASE("a key that is missing is named") {
  for (const char* key : {"n_layer", "n_head", "n_embd", "n_positions", "vocab_size"})
    REQUIRE(refusal("", key) == "'c': " + std::string(key) + " is missing");
  REQUIRE(refusal(R"("n_layer": null)", "n_layer") == "'c': n_layer is missing");
}

TEST_CASE("a flag that is not supported is refused by name") {
  REQUIRE(refusal(R"("scale_attn_weights": false)") == "'c': scale_attn_weights is false, but this is not supported");
  for (const char* flag :
       {"scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "add_cross_attention", "is_encoder_decoder"}) {
    REQUIRE(refusal("\"" + std::string(flag) + "\": true") ==
            "'c': " + std::string(flag) + " is true, but this is not supported");
    REQUIRE(refusal("\"" + std::string(flag) + "\": false") == "no Error");
  }
  REQUIRE(refusal(R"("scale_attn_weights": "yes")") ==
          "'c': scale_attn_weights is \"yes\", but true or false is wanted");
  REQUIRE(refusal(R"("activation_function": "swish")") ==
          "'c': activation_function is \"swish\", but known are gelu_new, gelu_pytorch_tanh, gelu and relu");
  REQUIRE(refusal(R"("tl_norm": "rms")") == R"('c': tl_norm is "rms", but "layer_norm" or "none" is wanted)");
  REQUIRE(error_of([] { parse_config_json(R"({"model_type": "llama"})", "c"); }) ==
          R"('c': model_type is "llama", but only "gpt2" is supported)");
  REQUIRE(refusal(R"("quantization_config": {"bits": 4})") ==
          "'c': 'quantization_config' is (an object or list), but this key is not supported: remove it if the model "
          "does not depend on it");
  REQUIRE(refusal(R"("alibi": false)") ==
          "'c': 'alibi' is false, but this key is not supported: remove it if the model does not depend on it");
}

TEST_CASE("absurd values are refused") {
  const std::string whole = ", but a whole number from 1 to ";
  REQUIRE(refusal(R"("n_layer": 0)", "n_layer") == "'c': n_layer is 0" + whole + "4096 is wanted");
  REQUIRE(refusal(R"("n_layer": 4097)", "n_layer") == "'c': n_layer is 4097" + whole + "4096 is wanted");
  REQUIRE(refusal(R"("n_embd": -8)", "n_embd") == "'c': n_embd is -8" + whole + "16777216 is wanted");
  REQUIRE(refusal(R"("n_embd": 8.0)", "n_embd") == "'c': n_embd is 8.0" + whole + "16777216 is wanted");
  REQUIRE(refusal(R"("vocab_size": 18446744073709551615)", "vocab_size") ==
          "'c': vocab_size is 18446744073709551615" + whole + "16777216 is wanted");
  REQUIRE(refusal(R"("n_positions": "16")", "n_positions") ==
          "'c': n_positions is \"16\"" + whole + "16777216 is wanted");
  REQUIRE(refusal(R"("n_inner": -1)") == "'c': n_inner is -1, but a whole number from 0 to 16777216 is wanted");
  REQUIRE(refusal(R"("n_head": 3)", "n_head") == "'c': n_embd 8 is not divisible by n_head 3");
  REQUIRE(refusal(R"("tl_d_head": 16777216)") == "'c': tl_d_head times n_head is beyond 16777216");
  REQUIRE(refusal(R"("n_ctx": 17)") == "'c': n_positions and n_ctx differ, but are names of the same");
  for (const char* epsilon : {"0", "-1e-05", "2", "1e-300", "\"small\""})
    REQUIRE(
        refusal("\"layer_norm_epsilon\": " + std::string(epsilon)).ends_with("a positive number up to 1 is wanted"));
}

TEST_CASE("what is no object, nests too deep or names a key twice is refused") {
  REQUIRE(error_of([] { parse_config_json("[]", "c"); }) == "'c' is no config.json: it is not a JSON object");
  REQUIRE(error_of([] { parse_config_json("", "c"); }) == "'c' is not valid JSON: see its byte 1");
  REQUIRE(refusal(R"("n_layer": 3)") == "'c' names 'n_layer' twice");
  REQUIRE(error_of([] { parse_config_json(std::string(1'000'000, '['), "c"); }) ==
          "'c' is refused: its JSON nests deeper than 32 levels");
}

TEST_CASE("a Config that is written reads back as the same") {
  CheckpointConfig checkpoint{tl::gpt2_xl, 50256, 50256};
  REQUIRE(parse_config_json(config_json(checkpoint), "c") == checkpoint);
  checkpoint = {small, std::nullopt, 3};
  for (const Activation activation : {Activation::gelu_tanh, Activation::gelu_exact, Activation::relu}) {
    checkpoint.config.activation = activation;
    REQUIRE(parse_config_json(config_json(checkpoint), "c") == checkpoint);
  }
  checkpoint.config = {.n_layer = 1,
                       .n_head = 3,
                       .d_model = 7,
                       .d_head = 5,
                       .d_mlp = 0,
                       .n_ctx = 9,
                       .d_vocab = 11,
                       .norm = Norm::none,
                       .tied_unembed = false,
                       .layer_norm_epsilon = 0.1f};
  REQUIRE(parse_config_json(config_json(checkpoint), "c") == checkpoint);
  REQUIRE(config_json({small}).find("\"layer_norm_epsilon\": 1e-05") != std::string::npos);
}
