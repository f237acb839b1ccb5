#pragma once
// The SAE that a command works on: a folder as SAELens writes it.
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tl/sae/sae_folder.hpp>

#include "options.hpp"

namespace tl::app {

struct SaeOptions {
  std::string folder;

  void declare(Options& options) {
    options.text("--sae", folder, "DIR", "Folder of an SAE as SAELens writes it: cfg.json and sae_weights.safetensors");
  }
  // Where the folder is, absolute. Throws Error where it is not given.
  std::string path() const;
};

// {"folder", "hash"} of its tensors, "architecture", widths and hook point: for provenance and --json.
nlohmann::ordered_json describe(const std::string& folder, const SaeConfig& config);

}  // namespace tl::app
