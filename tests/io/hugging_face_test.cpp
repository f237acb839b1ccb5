#include <map>
#include <tl/io/hugging_face.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <tl/model/checkpoint_tensors.hpp>
#include <vector>

#include "../catch.hpp"
#include "scratch.hpp"

using namespace tl::io;
using tl::Config;

namespace {

constexpr Config small{.n_layer = 2, .n_head = 2, .d_model = 4, .d_head = 2, .d_mlp = 8, .n_ctx = 5, .d_vocab = 7};

// Every value tells its tensor and place apart, exactly in F32; `names` records what was asked for.
class Numbers : public tl::WeightSource {
 public:
  void read(std::string_view name, std::span<const std::size_t> shape, float* out) override {
    std::size_t size = 1;
    for (const std::size_t extent : shape) size *= extent;
    for (std::size_t i = 0; i != size; ++i) out[i] = static_cast<float>(name.size() * 1000 + i);
  }
  bool has(std::string_view name) const override { return name == optional; }
  std::string_view optional;
};

// A folder made by hand: these tensors, all zeros, beside that config.json.
void write_folder(const Scratch& scratch, const Config& config, const std::vector<TensorSpec>& tensors,
                  Dtype dtype = Dtype::f32) {
  scratch.write("config.json", config_json({config}));
  SafetensorsWriter file(scratch.path("model.safetensors"), tensors, dtype);
  for (const TensorSpec& tensor : tensors) file.write(std::vector<float>(tensor.size()));
  file.finish();
}

std::string refusal(const std::vector<TensorSpec>& tensors, const Config& config = small) {
  const Scratch scratch;
  write_folder(scratch, config, tensors);
  const std::string message = error_of([&] { CheckpointFolder(scratch.path()); });
  const std::string start = "'" + scratch.path("model.safetensors") + "'";
  if (!message.starts_with(start)) return message;
  return message.substr(start.size());
}

}  // namespace

TEST_CASE("the list of tensors follows the Config") {
  REQUIRE(tl::checkpoint_tensors(small).size() == 2 + 2 * 12 + 2);
  REQUIRE(tl::checkpoint_tensors(tl::gpt2_small)[5] == TensorSpec{"h.0.attn.c_attn.bias", {2304}});
  Config config{.n_layer = 1,
                .n_head = 3,
                .d_model = 4,
                .d_head = 2,
                .d_mlp = 0,
                .n_ctx = 5,
                .d_vocab = 7,
                .norm = tl::Norm::none,
                .tied_unembed = false};
  REQUIRE(tl::checkpoint_tensors(config) == std::vector<TensorSpec>{{"wte.weight", {7, 4}},
                                                                    {"wpe.weight", {5, 4}},
                                                                    {"h.0.attn.c_attn.weight", {4, 18}},
                                                                    {"h.0.attn.c_attn.bias", {18}},
                                                                    {"h.0.attn.c_proj.weight", {6, 4}},
                                                                    {"h.0.attn.c_proj.bias", {4}},
                                                                    {"lm_head.weight", {7, 4}}});
}

TEST_CASE("the default model opens, and every tensor can be read") {
  CheckpointFolder folder(TL_SOURCE_DIR "/models/tinystories-6l");
  REQUIRE(folder.config() == tl::tinystories_6l);
  REQUIRE(folder.checkpoint_hash() == "b3c6b0899ac1c5a4");
  for (const TensorSpec& spec : tl::checkpoint_tensors(folder.config())) {
    std::vector<float> values(spec.size());
    folder.read(spec.name, spec.shape, values.data());
    float sum = 0;
    for (const float value : values) sum += value * value;
    REQUIRE(sum > 0);
    REQUIRE(sum < 1e6f);
  }
}

TEST_CASE("what is saved is opened again, bit for bit, under Hugging Face's names") {
  for (const bool tied : {true, false}) {
    const Scratch scratch;
    Config config = small;
    config.tied_unembed = tied;
    Numbers numbers;
    numbers.optional = tied ? "" : "lm_head.bias";
    save_hugging_face(scratch.path("a/b"), {config, 3, std::nullopt}, numbers);
    CheckpointFolder folder(scratch.path("a/b"));
    REQUIRE(folder.config() == config);
    REQUIRE(folder.bos_token_id() == 3);
    REQUIRE_FALSE(folder.eos_token_id());
    REQUIRE(folder.has("lm_head.bias") != tied);
    for (const TensorSpec& spec : tl::checkpoint_tensors(config)) {
      std::vector<float> saved(spec.size()), read(spec.size());
      numbers.read(spec.name, spec.shape, saved.data());
      folder.read(spec.name, spec.shape, read.data());
      REQUIRE(saved == read);
    }
    const SafetensorsFile file(scratch.path("a/b/model.safetensors"));
    REQUIRE(file.has("transformer.h.1.mlp.c_proj.bias"));
    REQUIRE(file.has("lm_head.weight") != tied);
  }
}

TEST_CASE("names with and without the prefix, masks and a tied unembedding are understood") {
  const Scratch scratch;
  auto tensors = tl::checkpoint_tensors(small);
  for (std::size_t i = 0; i < tensors.size(); i += 2) tensors[i].name.insert(0, "transformer.");
  tensors.push_back({"h.0.attn.bias", {1, 1, 5, 5}});
  tensors.push_back({"transformer.h.1.attn.masked_bias", {}});
  tensors.push_back({"lm_head.weight", {7, 4}});
  write_folder(scratch, small, tensors);
  CheckpointFolder folder(scratch.path());
  REQUIRE(folder.has("wte.weight"));
  REQUIRE_FALSE(folder.has("transformer.wte.weight"));
  REQUIRE_FALSE(folder.has("lm_head.weight"));
  REQUIRE_FALSE(folder.has("h.0.attn.bias"));
}

TEST_CASE("shards are read as one, and hashed as one") {
  const Scratch scratch;
  const auto tensors = tl::checkpoint_tensors(small);
  std::string map;
  for (const int shard : {0, 1}) {
    const std::string name = "model-" + std::to_string(shard) + ".safetensors";
    std::vector<TensorSpec> part(tensors.begin() + (shard ? 9 : 0), shard ? tensors.end() : tensors.begin() + 9);
    SafetensorsWriter file(scratch.path(name), part, Dtype::bf16);
    for (const TensorSpec& tensor : part) {
      file.write(std::vector<float>(tensor.size(), static_cast<float>(shard)));
      map += (map.empty() ? "\"" : ", \"") + tensor.name + "\": \"" + name + "\"";
    }
    file.finish();
  }
  scratch.write("config.json", config_json({small}));
  scratch.write("model.safetensors.index.json", R"({"weight_map": {)" + map + "}}");
  CheckpointFolder folder(scratch.path());
  float value = -1;
  std::vector<float> values(4);
  folder.read("ln_f.bias", std::vector<std::size_t>{4}, values.data());
  REQUIRE(values == std::vector<float>(4, 1.0f));
  REQUIRE(folder.checkpoint_hash().size() == 16);
  REQUIRE(error_of([&] { folder.read("none", {}, &value); }) ==
          "'" + scratch.path("model.safetensors.index.json") + "' has no tensor 'none'");
}

TEST_CASE("the hash is of the weights") {
  const Scratch one, two, three;
  Numbers numbers;
  save_hugging_face(one.path(), {small}, numbers);
  save_hugging_face(two.path(), {small, 1, 1}, numbers);
  save_hugging_face(three.path(), {small}, numbers, Dtype::bf16);
  const std::string hash = CheckpointFolder(one.path()).checkpoint_hash();
  REQUIRE(CheckpointFolder(two.path()).checkpoint_hash() == hash);
  REQUIRE(CheckpointFolder(three.path()).checkpoint_hash() != hash);
}

TEST_CASE("weights that contradict config.json are refused when the folder is opened") {
  auto tensors = tl::checkpoint_tensors(small);
  REQUIRE(refusal(tensors) == "no Error");

  auto missing = tensors;
  missing.erase(missing.begin() + 4);
  REQUIRE(refusal(missing) == " has no tensor 'h.0.attn.c_attn.weight', which config.json asks for with shape [4, 12]");

  auto shaped = tensors;
  shaped[4].shape = {12, 4};
  REQUIRE(refusal(shaped) == ": tensor 'h.0.attn.c_attn.weight' has shape [12, 4], where config.json asks for [4, 12]");

  auto extra = tensors;
  extra.push_back({"transformer.h.2.ln_1.bias", {4}});
  REQUIRE(refusal(extra) == " holds tensor 'h.2.ln_1.bias', which no GPT-2 of this config.json has");
  extra.back() = {"score.weight", {2, 4}};
  REQUIRE(refusal(extra) == " holds tensor 'score.weight', which no GPT-2 of this config.json has");
  extra.back() = {"h.0.attn.biased", {4}};
  REQUIRE(refusal(extra) == " holds tensor 'h.0.attn.biased', which no GPT-2 of this config.json has");
  extra.back() = {"transformer.wte.weight", {7, 4}};
  REQUIRE(refusal(extra) == " holds tensor 'wte.weight' twice, with and without 'transformer.'");
  extra.back() = {"lm_head.bias", {8}};
  REQUIRE(refusal(extra) == ": tensor 'lm_head.bias' has shape [8], where config.json asks for [7]");

  Config untied = small;
  untied.tied_unembed = false;
  REQUIRE(refusal(tensors, untied) == " has no tensor 'lm_head.weight', which config.json asks for with shape [7, 4]");
  Config vast = small;
  vast.n_ctx = vast.d_vocab = 1 << 24;  // nothing of this size may be allocated
  REQUIRE(refusal(tensors, vast) == ": tensor 'wte.weight' has shape [7, 4], where config.json asks for [16777216, 4]");
}

TEST_CASE("a wrong dtype is refused, naming file and tensor") {
  const Scratch scratch;
  write_folder(scratch, small, tl::checkpoint_tensors(small));
  const std::string path = scratch.path("model.safetensors");
  std::string text = file_text(path);
  text.replace(text.find("F32"), 3, "I32");
  scratch.write("model.safetensors", text);
  REQUIRE(error_of([&] { CheckpointFolder(scratch.path()); }) ==
          "'" + path + "': tensor 'wte.weight' has dtype I32, where F32, F16, BF16 or F64 is wanted");
}

TEST_CASE("a model of another shape than the checkpoint is refused") {
  const Scratch scratch;
  write_folder(scratch, small, tl::checkpoint_tensors(small));
  CheckpointFolder folder(scratch.path());
  float value = 0;
  REQUIRE(error_of([&] { folder.read("wpe.weight", std::vector<std::size_t>{1}, &value); }) ==
          "'" + scratch.path("model.safetensors") +
              "': tensor 'wpe.weight' has shape [5, 4], where the model asks for [1]");
}

TEST_CASE("folders that are not there, or cannot be made, are named") {
  const Scratch scratch;
  REQUIRE(error_of([&] { CheckpointFolder(scratch.path("none")); }) ==
          "cannot read '" + scratch.path("none/config.json") + "': No such file or directory");
  Numbers numbers;
  scratch.write("file", "");
  REQUIRE(error_of([&] { save_hugging_face(scratch.path("file"), {small}, numbers); }) ==
          "cannot create '" + scratch.path("file") + "': Not a directory");
}
