// tl info: what a folder holds, and what it costs.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <tl/io/extents.hpp>
#include <tl/kernels/instruction_set.hpp>
#include <tl/model/checkpoint_tensors.hpp>

#include "command.hpp"
#include "model.hpp"
#include "standard_output.hpp"
#include "table.hpp"

namespace tl::app {

namespace {

using Json = nlohmann::ordered_json;

struct Settings {
  ModelOptions model;
  bool hooks = false, json = false;
};

std::string name(Activation activation) {
  switch (activation) {
    case Activation::gelu_tanh:
      return "tanh GELU";
    case Activation::gelu_exact:
      return "exact GELU";
    case Activation::relu:
      return "ReLU";
  }
  return {};
}

std::string bytes(std::size_t count) {
  const double mebibytes = static_cast<double>(count) / (1 << 20);
  return mebibytes >= 1 ? fmt::format("{:.1f} MiB", mebibytes) : fmt::format("{:.1f} KiB", mebibytes * 1024);
}

// 50257 as "50,257".
std::string grouped(std::size_t number) {
  if (number < 1000) return std::to_string(number);
  return fmt::format("{},{:03}", grouped(number / 1000), number % 1000);
}

std::size_t parameters(const Config& config) {
  std::size_t count = 0;
  for (const io::TensorSpec& tensor : checkpoint_tensors(config)) count += tensor.size();
  return count;
}

// The shape of what `tl cache` keeps of the point; a dimension that depends on the prompt is its name.
Json shape(const PointInfo& point, const Config& config) {
  switch (point.shape) {
    case PointShape::d_model:
      return Json::array({"pos", config.d_model});
    case PointShape::scale:
      return Json::array({"pos", 1});
    case PointShape::head_d_head:
      return Json::array({"pos", config.n_head, config.d_head});
    case PointShape::head_key_pos:
      return Json::array({config.n_head, "pos", "pos"});
    case PointShape::head_d_model:
      return Json::array({"pos", config.n_head, config.d_model});
    case PointShape::d_mlp:
      return Json::array({"pos", config.d_mlp});
    case PointShape::d_vocab:
      return Json::array({"pos", config.d_vocab});
  }
  return nullptr;
}

Json hook_points(const Config& config) {
  Json hooks = Json::object();
  for (const PointInfo& point : points)
    if (detail::missing_part(point.point, config) == nullptr)
      hooks[(point.in_block ? "blocks.*." : "") + std::string(point.name)] = shape(point, config);
  return hooks;
}

Json special_token(const Model& model, std::optional<Token> token) {
  if (!token) return nullptr;
  return {{"id", *token}, {"token", model.token(*token)}};
}

Json describe(const Model& model) {
  const Config& config = model.config();
  Json json{{"model", model.folder()},
            {"hash", model.hash()},
            {"n_layer", config.n_layer},
            {"n_head", config.n_head},
            {"d_model", config.d_model},
            {"d_head", config.d_head},
            {"d_mlp", config.d_mlp},
            {"n_ctx", config.n_ctx},
            {"d_vocab", config.d_vocab},
            {"activation", name(config.activation)},
            {"layer_norm", config.norm == Norm::layer_norm},
            {"layer_norm_epsilon", config.layer_norm_epsilon},
            {"tied_unembed", config.tied_unembed},
            {"parameters", parameters(config)},
            {"processing", to_string(model.processing())},
            {"storage", model.dtype()},
            {"weight_bytes", model.weight_bytes()},
            {"cache_bytes_per_token", 2 * config.n_layer * config.n_head * config.d_head * sizeof(float)},
            {"tokenizer", nullptr},
            {"instruction_set", kernels::name(kernels::instruction_set())},
            {"threads", model.run_options().resolved_threads()},
            {"tl", TL_VERSION}};
  if (model.has_tokenizer())
    json["tokenizer"] = {{"tokens", model.tokenizer().vocabulary_size()},
                         {"special_tokens", model.tokenizer().special_tokens().size()},
                         {"bos", special_token(model, model.tokenizer().bos())},
                         {"eos", special_token(model, model.tokenizer().eos())}};
  return json;
}

std::string token_text(const Model& model, std::optional<Token> token) {
  return token ? fmt::format("{} ({})", model.token_text(*token), *token) : "none";
}

void print(const Model& model) {
  const Config& config = model.config();
  Table table({"", ""});
  const auto add = [&](const char* what, std::string value) { table.add({what, std::move(value)}); };
  add("model", model.folder());
  add("hash", model.hash());
  add("layers", std::to_string(config.n_layer));
  add("heads", fmt::format("{} of {}", config.n_head, config.d_head));
  add("d_model", std::to_string(config.d_model));
  add("d_mlp", config.d_mlp == 0 ? "0, attention only" : fmt::format("{}, {}", config.d_mlp, name(config.activation)));
  add("LayerNorm", config.norm == Norm::none ? "none" : fmt::format("epsilon {}", config.layer_norm_epsilon));
  add("unembedding", config.tied_unembed ? "the embedding's transpose" : "a matrix of its own");
  add("context", grouped(config.n_ctx) + " tokens");
  add("vocabulary", grouped(config.d_vocab) + " tokens");
  add("parameters", grouped(parameters(config)));
  const std::size_t cache_bytes = 2 * config.n_layer * config.n_head * config.d_head * sizeof(float);
  add("memory", fmt::format("{} of weights ({}); {} a token of context", bytes(model.weight_bytes()), model.dtype(),
                            bytes(cache_bytes)));
  add("processing", to_string(model.processing()));
  if (model.has_tokenizer())
    add("tokenizer",
        fmt::format("byte-level BPE, {} tokens, BOS {}, EOS {}", grouped(model.tokenizer().vocabulary_size()),
                    token_text(model, model.tokenizer().bos()), token_text(model, model.tokenizer().eos())));
  else add("tokenizer", "none");
  add("runs on",
      fmt::format("{}, {} threads", kernels::name(kernels::instruction_set()), model.run_options().resolved_threads()));
  put(table.text());
}

void print_hooks(const Config& config) {
  Table table({"hook point", "shape of what is kept"});
  const Json hooks = hook_points(config);
  for (const auto& [name, extents] : hooks.items()) {
    std::string text;
    for (const Json& extent : extents)
      text += (text.empty() ? "[" : ", ") + (extent.is_string() ? extent.get<std::string>() : extent.dump());
    table.add({name, text + "]"});
  }
  put("\n" + table.text());
}

void run(const Settings& settings) {
  const Model model(settings.model);
  if (settings.json) {
    Json json = describe(model);
    if (settings.hooks) json["hooks"] = hook_points(model.config());
    return put_json(json);
  }
  print(model);
  if (settings.hooks) print_hooks(model.config());
}

}  // namespace

Command info(CLI::App& program) {
  Options options(program, "info", "Shape, size and tokenizer of a model, and what it runs on",
                  "Example:\n  tl info --hooks");
  const auto settings = std::make_shared<Settings>();
  settings->model.declare(options);
  options.flag("--hooks", settings->hooks, "List the hook points and the shapes of what they show");
  options.json(settings->json);
  return {options.command(), [settings](const Arguments&) { run(*settings); }};
}

}  // namespace tl::app
