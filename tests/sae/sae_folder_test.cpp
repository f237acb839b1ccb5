#include <cmath>
#include <tl/io/safetensors_writer.hpp>
#include <tl/sae/sae_folder.hpp>
#include <tl/sae/sae_tensors.hpp>

#include "../catch.hpp"
#include "../io/scratch.hpp"
#include "references.hpp"

using Catch::Matchers::Contains;

namespace {

std::string flat(const std::string& rest) {
  return R"({"d_in": 8, "d_sae": 24, "hook_point": "blocks.2.hook_resid_pre", "model_name": "gpt2-small")" + rest + "}";
}
std::string complaint(const std::string& text) {
  return error_of([&] { tl::parse_sae_config(text, "cfg.json"); });
}
void replace(std::string& text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("what is saved is loaded again, every kind") {
  for (const std::string_view kind : references::kinds) {
    CAPTURE(kind);
    const Scratch scratch;
    tl::SaeFile read = tl::load_sae(references::folder(kind));
    read.config.site.center_writing_weights = true;
    read.config.site.hook_head_index = 3;
    const std::vector<float> sparsity(24, -2.5f);
    tl::save_sae(scratch.path("sae"), read.config, read.weights, tl::io::Dtype::f32, sparsity);
    tl::SaeFile again = tl::load_sae(scratch.path("sae"));
    REQUIRE(again.config == read.config);
    REQUIRE(again.log_sparsity == sparsity);
    std::vector<tl::AlignedVector<float>> values;
    const auto keep = [&](std::string_view, auto, const auto& tensor) { values.push_back(tensor); };
    tl::for_each_tensor(read.config, read.weights, keep);
    tl::for_each_tensor(again.config, again.weights, keep);
    for (std::size_t i = 0; i != values.size() / 2; ++i) REQUIRE(values[i] == values[i + values.size() / 2]);

    tl::save_sae(scratch.path("half"), read.config, read.weights, tl::io::Dtype::f16);
    again = tl::load_sae(scratch.path("half"));
    REQUIRE(again.weights.W_enc[5] == Approx(read.weights.W_enc[5]).epsilon(1e-3));
    REQUIRE(again.log_sparsity.empty());
  }
}

TEST_CASE("flat files of older versions") {
  using enum tl::SaeArchitecture;
  const tl::SaeConfig plain =
      tl::parse_sae_config(flat(R"(, "l1_coefficient": 3, "lr": 1e-4, "hook_point_layer": 2)"), "f");
  REQUIRE(plain.architecture == standard);
  REQUIRE(plain.site.hook_name == "blocks.2.hook_resid_pre");
  REQUIRE(plain.apply_b_dec_to_input);
  REQUIRE(plain.normalisation == tl::SaeNormalisation::none);
  REQUIRE_FALSE(plain.site.center_writing_weights);
  const tl::SaeConfig top_k = tl::parse_sae_config(
      flat(R"(, "activation_fn_str": "topk", "activation_fn_kwargs": {"k": 5}, "normalize_activations": "layer_norm")"),
      "f");
  REQUIRE(top_k.architecture == topk);
  REQUIRE(top_k.k == 5);
  REQUIRE(top_k.normalisation == tl::SaeNormalisation::layer_norm);
  REQUIRE(tl::parse_sae_config(flat(R"(, "normalize_activations": true)"), "f").normalisation ==
          tl::SaeNormalisation::expected_average_only_in);
  REQUIRE(tl::parse_sae_config(flat(R"(, "model_from_pretrained_kwargs": {"center_writing_weights": true})"), "f")
              .site.center_writing_weights);
  REQUIRE(tl::parse_sae_config(flat(R"(, "hook_point_head_index": 4)"), "f").site.hook_head_index == 4);
  std::string z = flat("");
  replace(z, "hook_resid_pre", "attn.hook_z");
  REQUIRE(tl::parse_sae_config(z, "f").reshape_hook_z);
}

TEST_CASE("older jumprelu files hold the logarithm of the threshold, and some a scaling factor of 1") {
  const Scratch scratch;
  const tl::SaeFile read = tl::load_sae(references::folder("jumprelu"));
  std::filesystem::create_directory(scratch.path("old"));
  scratch.write("old/cfg.json", file_text(references::folder("jumprelu") + "/cfg.json"));
  const auto write = [&](float factor) {
    tl::io::SafetensorsWriter file(scratch.path("old/sae_weights.safetensors"),
                                   {{"W_enc", {8, 24}},
                                    {"W_dec", {24, 8}},
                                    {"b_enc", {24}},
                                    {"b_dec", {8}},
                                    {"log_threshold", {24}},
                                    {"scaling_factor", {24}}},
                                   tl::io::Dtype::f32);
    file.write(read.weights.W_enc), file.write(read.weights.W_dec);
    file.write(read.weights.b_enc), file.write(read.weights.b_dec);
    tl::AlignedVector<float> logarithms = read.weights.threshold;
    for (float& value : logarithms) value = std::log(value);
    file.write(logarithms), file.write(std::vector<float>(24, factor));
    file.finish();
  };
  write(1);
  const tl::SaeFile old = tl::load_sae(scratch.path("old"));
  for (std::size_t i = 0; i != 24; ++i) REQUIRE(old.weights.threshold[i] == Approx(read.weights.threshold[i]));
  write(1.5f);
  REQUIRE_THAT(error_of([&] { tl::load_sae(scratch.path("old")); }), Contains("has a scaling_factor that is not 1"));
}

TEST_CASE("a cfg.json that cannot be served is one sentence") {
  REQUIRE(
      complaint(flat(R"(, "architecture": "temporal")")) ==
      "'cfg.json' is of architecture 'temporal': standard, gated, jumprelu, topk, transcoder and skip_transcoder are "
      "computed");
  REQUIRE(complaint(flat(R"(, "activation_fn": "tanh-relu")")) ==
          "'cfg.json' asks for activation function 'tanh-relu': relu and topk are computed");
  REQUIRE(complaint(flat(R"(, "activation_fn": "topk")")) == "'cfg.json' is topk and does not say k");
  REQUIRE_THAT(complaint(flat(R"(, "normalize_activations": "covariance_whitening")")),
               Contains("asks for normalize_activations 'covariance_whitening'"));
  REQUIRE_THAT(complaint(flat(R"(, "finetuning_scaling_factor": true)")), Contains("finetuning_scaling_factor"));
  REQUIRE(complaint(R"({"d_sae": 3})") == "'cfg.json' has no d_in");
  REQUIRE(complaint(R"({"d_in": -3, "d_sae": 3})") == "'cfg.json' has a d_in that is no whole number");
  REQUIRE_THAT(complaint(R"({"d_in": 3, "d_sae": 99999999999})"), Contains("has d_sae 99999999999"));
  REQUIRE_THAT(complaint("[]"), Contains("it is not a JSON object"));
  REQUIRE_THAT(complaint("{"), Contains("is not valid JSON"));
  REQUIRE_THAT(complaint(R"({"d_in": 3, "d_sae": 3, "metadata": {}, "sparsemax": 1})"),
               Contains("has a key 'sparsemax' that is not known"));
  REQUIRE_THAT(complaint(R"({"d_in": 3, "d_sae": 3, "k": 4, "architecture": "topk", "metadata": {}})"),
               Contains("is topk with k = 4"));
  REQUIRE_THAT(complaint(R"({"d_in": 3, "d_sae": 3, "metadata": {"hook_name": 4}})"), Contains("hook_name"));
}

TEST_CASE("tensors that contradict the configuration, or are no numbers, are one sentence") {
  const Scratch scratch;
  tl::SaeFile read = tl::load_sae(references::folder("standard"));
  const auto saved = [&](std::string_view from, std::string_view to) {
    tl::save_sae(scratch.path("sae"), read.config, read.weights);
    std::string text = file_text(scratch.path("sae/cfg.json"));
    replace(text, from, to);
    scratch.write("sae/cfg.json", text);
    return error_of([&] { tl::load_sae(scratch.path("sae")); });
  };
  REQUIRE_THAT(saved(R"("d_sae": 24)", R"("d_sae": 25)"), Contains("tensor 'W_enc' has shape [8, 24], where [8, 25]"));
  REQUIRE_THAT(saved("standard", "gated"), Contains("has no tensor 'b_gate'"));
  REQUIRE_THAT(saved("standard", "jumprelu"), Contains("has no tensor 'threshold'"));
  REQUIRE_THAT(error_of([&] { tl::load_sae(scratch.path("nowhere")); }), Contains("nowhere/cfg.json"));
  read.weights.W_dec[3] = std::nanf("");
  REQUIRE(error_of([&] { tl::save_sae(scratch.path("sae"), read.config, read.weights); }) ==
          "the SAE has a number in W_dec that is not finite");
  read.weights.W_dec.pop_back();
  REQUIRE_THAT(error_of([&] { tl::save_sae(scratch.path("sae"), read.config, read.weights); }),
               Contains("has 191 numbers in W_dec, where its configuration says 192"));
}

TEST_CASE("an extra tensor is not ignored") {
  const Scratch scratch;
  tl::SaeFile read = tl::load_sae(references::folder("jumprelu"));
  tl::save_sae(scratch.path("sae"), read.config, read.weights);
  std::string text = file_text(scratch.path("sae/cfg.json"));
  replace(text, "jumprelu", "standard");
  scratch.write("sae/cfg.json", text);
  REQUIRE_THAT(error_of([&] { tl::load_sae(scratch.path("sae")); }),
               Contains("has a tensor 'threshold', which no standard SAE has"));
}
