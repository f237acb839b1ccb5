#pragma once
#include <filesystem>
#include <tl/core/error.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/io/quote.hpp>
#include <tl/io/safetensors_shards.hpp>

namespace TL_NAMESPACE::io {

TL_INLINE SafetensorsShards::SafetensorsShards(const std::string& folder) {
  namespace fs = std::filesystem;
  const fs::path single = fs::path(folder) / "model.safetensors";
  const fs::path index = fs::path(folder) / "model.safetensors.index.json";
  std::error_code ignored;
  if (fs::exists(single, ignored) || !fs::exists(index, ignored)) {
    if (!fs::exists(single, ignored) && fs::exists(fs::path(folder) / "pytorch_model.bin", ignored))
      throw Error("'", folder, "' holds pytorch_model.bin, which is not read: save it again as model.safetensors");
    listing_ = single.string();
    files_.emplace_back(listing_);
    for (const auto& [name, tensor] : files_[0].tensors()) tensors_[name] = {&files_[0], &tensor};
  } else {
    listing_ = index.string();
    open_index();
  }
}

TL_INLINE void SafetensorsShards::open_index() {
  namespace fs = std::filesystem;
  const MappedFile mapped(listing_);
  const nlohmann::json index = detail::parse_json(mapped.text(), listing_);
  const auto weight_map = index.find("weight_map");
  if (!index.is_object() || weight_map == index.end() || !weight_map->is_object())
    throw Error("'", listing_, "' has no weight_map from tensors to files");

  std::map<std::string, std::vector<std::string>, std::less<>> tensors_of;
  for (const auto& [tensor, file] : weight_map->items()) {
    // A file beside the index and nowhere else: the index is not trusted with paths.
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos || name.find('\0') != name.npos)
      throw Error("'", listing_, "': the file of tensor ", quote(tensor), " is not a plain file name");
    tensors_of[name].push_back(tensor);
  }
  files_.reserve(tensors_of.size());  // entries point into it
  for (const auto& [name, listed] : tensors_of) {
    const SafetensorsFile& file = files_.emplace_back((fs::path(listing_).parent_path() / name).string());
    for (const std::string& tensor : listed) tensors_[tensor] = {&file, &file.tensor(tensor)};
    for (const auto& [tensor, stored] : file.tensors())
      if (const auto entry = tensors_.find(tensor); entry == tensors_.end() || entry->second.file != &file)
        throw Error("'", file.path(), "' holds tensor ", quote(tensor), ", which '", listing_,
                    "' does not place there");
  }
}

}  // namespace TL_NAMESPACE::io
