#pragma once
// The model of the demo: the one that comes with the library.
#include <filesystem>
#include <tl/decode/load.hpp>

namespace tl::demo {

using Model = LanguageModel<tinystories_6l>;

// From the source tree of a program that is not installed, or from where it is installed to, whatever folder the
// program is run in.
inline Model load_model() {
  std::error_code error;
  for (const char* root : {TL_SOURCE_DIR, TL_DATA_DIR})
    if (const auto folder = std::filesystem::path(root) / "models/tinystories-6l";
        std::filesystem::is_directory(folder, error))
      return load<tinystories_6l>(folder.string());
  throw Error("the default model is neither in " TL_SOURCE_DIR "/models nor in " TL_DATA_DIR "/models");
}

}  // namespace tl::demo
