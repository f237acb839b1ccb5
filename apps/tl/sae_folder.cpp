#include "sae_folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <tl/core/error.hpp>
#include <tl/hooks/basis.hpp>
#include <tl/io/mapped_file.hpp>
#include <tl/io/xxh64.hpp>

namespace tl::app {

std::string SaeOptions::path() const {
  if (folder.empty()) throw Error("--sae is missing: the folder of an SAE, with its cfg.json");
  return std::filesystem::absolute(folder).string();
}

nlohmann::ordered_json describe(const std::string& folder, const SaeConfig& config) {
  const io::MappedFile tensors(folder + "/sae_weights.safetensors");
  nlohmann::ordered_json json{{"folder", folder},
                              {"hash", fmt::format("{:016x}", io::xxh64(tensors.bytes()))},
                              {"architecture", name(config.architecture)},
                              {"d_in", config.d_in},
                              {"d_sae", config.d_sae}};
  if (is_transcoder(config.architecture)) json["d_out"] = config.d_out;
  if (config.k != 0) json["k"] = config.k;
  json["normalisation"] = name(config.normalisation);
  json["hook_name"] = config.site.hook_name;
  json["basis"] = name(config.site.center_writing_weights ? Basis::centred : Basis::raw);
  return json;
}

}  // namespace tl::app
