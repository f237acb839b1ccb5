#pragma once
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <system_error>
#include <tl/core/error.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/io/mapped_file.hpp>
#include <tl/io/output_file.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <tl/sae/check_sae.hpp>
#include <tl/sae/sae_folder.hpp>
#include <tl/sae/sae_tensors.hpp>

namespace TL_NAMESPACE {

namespace detail {

// What a cfg.json of version 6 may have at its top level.
inline constexpr std::string_view sae_config_keys[] = {"architecture",
                                                       "d_in",
                                                       "d_sae",
                                                       "d_out",
                                                       "dtype",
                                                       "device",
                                                       "apply_b_dec_to_input",
                                                       "normalize_activations",
                                                       "reshape_activations",
                                                       "metadata",
                                                       "k",
                                                       "rescale_acts_by_decoder_norm",
                                                       "sae_lens_version"};

class SaeConfigJson {
 public:
  SaeConfigJson(std::string_view text, std::string_view file) : json_(io::detail::parse_json(text, file)), file_(file) {
    if (!json_.is_object()) refuse("is no cfg.json of an SAE: it is not a JSON object");
    flat_ = !json_.contains("metadata");
    if (!flat_ && !json_["metadata"].is_object()) refuse("has a metadata that is not an object");
  }

  SaeConfig read() const {
    if (!flat_)
      for (const auto& [key, value] : json_.items())
        if (!value.is_null() &&
            std::find(std::begin(sae_config_keys), std::end(sae_config_keys), key) == std::end(sae_config_keys))
          refuse("has a key ", io::quote(key), " that is not known: what it asks for would be ignored");
    SaeConfig config;
    config.site = site();
    config.d_in = extent(json_, "d_in");
    config.d_sae = extent(json_, "d_sae");
    config.architecture = architecture();
    config.d_out = is_transcoder(config.architecture) ? extent(json_, "d_out") : config.d_in;
    if (config.architecture == SaeArchitecture::topk)
      config.k = flat_ && !json_.contains("k") ? old_k() : extent(json_, "k");
    config.apply_b_dec_to_input = boolean(json_, "apply_b_dec_to_input", !is_transcoder(config.architecture));
    config.rescale_acts_by_decoder_norm = boolean(json_, "rescale_acts_by_decoder_norm", false);
    config.normalisation = normalisation();
    config.reshape_hook_z = reshape(config.site.hook_name);
    if (boolean(json_, "finetuning_scaling_factor", false))
      refuse("asks for finetuning_scaling_factor, which is not computed here");
    check_sae(config, "'" + std::string(file_) + "'");
    return config;
  }

 private:
  template <class... Why>
  [[noreturn]] void refuse(const Why&... why) const {
    throw Error("'", file_, "' ", why...);
  }
  // The first of the names that is there and not null; or null.
  static const nlohmann::json* find(const nlohmann::json& from, std::initializer_list<const char*> names) {
    for (const char* name : names)
      if (const auto found = from.find(name); found != from.end() && !found->is_null()) return &*found;
    return nullptr;
  }
  std::size_t extent(const nlohmann::json& from, const char* key) const {
    const nlohmann::json* value = find(from, {key});
    if (value == nullptr) refuse("has no ", key);
    if (!value->is_number_unsigned()) refuse("has a ", key, " that is no whole number");
    return value->get<std::size_t>();
  }
  bool boolean(const nlohmann::json& from, const char* key, bool otherwise) const {
    const nlohmann::json* value = find(from, {key});
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) refuse("has a ", key, " that is neither true nor false");
    return value->get<bool>();
  }
  std::string text(const nlohmann::json& from, std::initializer_list<const char*> names, const char* otherwise) const {
    const nlohmann::json* value = find(from, names);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) refuse("has a ", *names.begin(), " that is no text");
    return value->get<std::string>();
  }

  SaeArchitecture architecture() const {
    const std::string written = text(json_, {"architecture"}, "standard");
    const std::string activation = flat_ ? text(json_, {"activation_fn", "activation_fn_str"}, "relu") : "relu";
    if (activation == "topk") return SaeArchitecture::topk;
    if (activation != "relu")
      refuse("asks for activation function ", io::quote(activation), ": relu and topk are computed");
    for (const auto known : {SaeArchitecture::standard, SaeArchitecture::gated, SaeArchitecture::jumprelu,
                             SaeArchitecture::topk, SaeArchitecture::transcoder, SaeArchitecture::skip_transcoder})
      if (written == name(known)) return known;
    refuse("is of architecture ", io::quote(written),
           ": standard, gated, jumprelu, topk, transcoder and skip_transcoder are computed");
  }
  // Of a flat file.
  std::size_t old_k() const {
    const nlohmann::json* arguments = find(json_, {"activation_fn_kwargs"});
    if (arguments == nullptr || !arguments->is_object()) refuse("is topk and does not say k");
    return extent(*arguments, "k");
  }
  SaeNormalisation normalisation() const {
    const nlohmann::json* value = find(json_, {"normalize_activations"});
    if (value == nullptr) return SaeNormalisation::none;
    if (value->is_boolean())
      return value->get<bool>() ? SaeNormalisation::expected_average_only_in : SaeNormalisation::none;
    const std::string written = text(json_, {"normalize_activations"}, "");
    for (const auto known : {SaeNormalisation::none, SaeNormalisation::expected_average_only_in,
                             SaeNormalisation::constant_norm_rescale, SaeNormalisation::layer_norm})
      if (written == name(known)) return known;
    refuse("asks for normalize_activations ", io::quote(written),
           ": none, expected_average_only_in, constant_norm_rescale and layer_norm are computed");
  }
  bool reshape(const std::string& hook_name) const {
    const bool at_z = flat_ && hook_name.find("hook_z") != std::string::npos;
    const std::string written = text(json_, {"reshape_activations"}, at_z ? "hook_z" : "none");
    if (written != "hook_z" && written != "none") refuse("asks for reshape_activations ", io::quote(written));
    return written == "hook_z";
  }
  SaeSite site() const {
    const nlohmann::json& from = flat_ ? json_ : json_["metadata"];
    SaeSite site;
    site.model_name = text(from, {"model_name"}, "");
    site.hook_name = text(from, {"hook_name", "hook_point"}, "");
    site.hook_name_out = text(from, {"hook_name_out"}, "");
    if (const char* key = "hook_head_index"; find(from, {key, "hook_point_head_index"}))
      site.hook_head_index = extent(from, find(from, {key}) ? key : "hook_point_head_index");
    if (find(from, {"context_size"})) site.context_size = extent(from, "context_size");
    site.prepend_bos = boolean(from, "prepend_bos", true);
    if (const nlohmann::json* arguments = find(from, {"model_from_pretrained_kwargs"})) {
      if (!arguments->is_object()) refuse("has a model_from_pretrained_kwargs that is not an object");
      site.center_writing_weights = boolean(*arguments, "center_writing_weights", false);
    }
    return site;
  }

  nlohmann::json json_;
  std::string_view file_;
  bool flat_;
};

inline std::size_t product_of(std::span<const std::size_t> shape) {
  std::size_t size = 1;
  for (const std::size_t extent : shape) size *= extent;
  return size;
}

}  // namespace detail

TL_INLINE SaeConfig parse_sae_config(std::string_view text, std::string_view file) {
  return detail::SaeConfigJson(text, file).read();
}

TL_INLINE std::string sae_config_json(const SaeConfig& config) {
  nlohmann::ordered_json json;
  json["architecture"] = name(config.architecture);
  json["d_in"] = config.d_in;
  json["d_sae"] = config.d_sae;
  if (is_transcoder(config.architecture)) json["d_out"] = config.d_out;
  if (config.architecture == SaeArchitecture::topk) {
    json["k"] = config.k;
    json["rescale_acts_by_decoder_norm"] = config.rescale_acts_by_decoder_norm;
  }
  json["dtype"] = "float32";
  json["device"] = "cpu";
  json["apply_b_dec_to_input"] = config.apply_b_dec_to_input;
  json["normalize_activations"] = name(config.normalisation);
  json["reshape_activations"] = config.reshape_hook_z ? "hook_z" : "none";
  auto& metadata = json["metadata"];
  const SaeSite& site = config.site;
  metadata["sae_lens_version"] = "6.54.0";  // whose format this is: without it SAELens takes the file for an older one
  metadata["model_name"] = site.model_name;
  metadata["hook_name"] = site.hook_name;
  if (!site.hook_name_out.empty()) metadata["hook_name_out"] = site.hook_name_out;
  if (site.hook_head_index) metadata["hook_head_index"] = *site.hook_head_index;
  metadata["prepend_bos"] = site.prepend_bos;
  if (site.context_size) metadata["context_size"] = *site.context_size;
  metadata["model_from_pretrained_kwargs"] = nlohmann::ordered_json::object();
  if (site.center_writing_weights) metadata["model_from_pretrained_kwargs"]["center_writing_weights"] = true;
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

TL_INLINE SaeFile load_sae(const std::string& folder) {
  SaeFile sae;
  const io::MappedFile text(folder + "/cfg.json");
  sae.config = parse_sae_config(text.text(), text.path());
  const io::SafetensorsFile file(folder + "/sae_weights.safetensors");
  std::vector<std::string_view> known{"scaling_factor"};
  for_each_tensor(sae.config, sae.weights,
                  [&](std::string_view name, std::span<const std::size_t> shape, auto& values) {
                    // Older jumprelu: the logarithm.
                    const bool logarithm = name == "threshold" && !file.has(name) && file.has("log_threshold");
                    known.push_back(logarithm ? "log_threshold" : name);
                    // The shape first: a configuration is not to make memory grow that its file does not fill.
                    const io::StoredTensor& stored = file.tensor(known.back());
                    if (!std::equal(shape.begin(), shape.end(), stored.shape.begin(), stored.shape.end()))
                      file.read(known.back(), shape, nullptr);
                    values.resize(detail::product_of(shape));
                    file.read(known.back(), shape, values.data());
                    if (logarithm)
                      for (float& value : values) value = std::exp(value);
                  });
  for (const auto& [name, tensor] : file.tensors())
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error("'", file.path(), "' has a tensor ", io::quote(name), ", which no ",
                  tl::name(sae.config.architecture), " SAE has");
  if (file.has("scaling_factor")) {  // of a time when it was saved unasked; 1 is nothing
    std::vector<float> factor(sae.config.d_sae);
    file.read("scaling_factor", std::array{factor.size()}, factor.data());
    if (std::any_of(factor.begin(), factor.end(), [](float x) { return !(std::fabs(x - 1) <= 1e-5f); }))
      throw Error("'", file.path(), "' has a scaling_factor that is not 1, which is not computed here");
  }
  check_sae(sae.config, sae.weights, "'" + file.path() + "'");
  if (const std::string path = folder + "/sparsity.safetensors"; std::filesystem::exists(path)) {
    sae.log_sparsity.resize(sae.config.d_sae);
    io::SafetensorsFile(path).read("sparsity", std::array{sae.config.d_sae}, sae.log_sparsity.data());
  }
  return sae;
}

TL_INLINE void save_sae(const std::string& folder, const SaeConfig& config, const SaeWeights& weights, io::Dtype dtype,
                        std::span<const float> log_sparsity) {
  check_sae(config, weights);
  if (!log_sparsity.empty() && log_sparsity.size() != config.d_sae)
    throw Error("the sparsity of ", log_sparsity.size(), " features was given for an SAE whose d_sae is ",
                config.d_sae);
  std::error_code refused;
  std::filesystem::create_directories(folder, refused);
  if (refused) throw Error("cannot make the folder '", folder, "': ", refused.message());
  std::vector<io::TensorSpec> tensors;
  for_each_tensor(config, weights, [&](std::string_view name, std::span<const std::size_t> shape, const auto&) {
    tensors.push_back({std::string(name), {shape.begin(), shape.end()}});
  });
  io::SafetensorsWriter file(folder + "/sae_weights.safetensors", tensors, dtype);
  for_each_tensor(config, weights,
                  [&](std::string_view, std::span<const std::size_t>, const auto& values) { file.write(values); });
  file.finish();
  if (!log_sparsity.empty()) {
    io::SafetensorsWriter sparsity(folder + "/sparsity.safetensors", {{"sparsity", {config.d_sae}}}, io::Dtype::f32);
    sparsity.write(log_sparsity);
    sparsity.finish();
  }
  io::OutputFile text(folder + "/cfg.json");
  text.write(sae_config_json(config));
  text.commit();
}

}  // namespace TL_NAMESPACE
