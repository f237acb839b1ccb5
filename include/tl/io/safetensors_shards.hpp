#pragma once
// The weights of a folder: model.safetensors, or the several files that model.safetensors.index.json lists.
#include <string>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <tl/io/safetensors.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

class SafetensorsShards {
 public:
  struct Entry {
    const SafetensorsFile* file;
    const StoredTensor* tensor;
  };

  // Throws Error where neither is there, where the index and its files disagree, or a file is bad.
  explicit SafetensorsShards(const std::string& folder);

  // The tensors of all files, by name.
  const std::map<std::string, Entry, std::less<>>& tensors() const { return tensors_; }
  const std::vector<SafetensorsFile>& files() const { return files_; }
  // What an error message names where a tensor is in none of the files: the only file, or the index.
  const std::string& listing() const { return listing_; }

 private:
  void open_index();

  std::string listing_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, Entry, std::less<>> tensors_;
};

}  // namespace TL_NAMESPACE::io

#ifdef TL_HEADER_ONLY
#include <tl/io/safetensors_shards-inl.hpp>
#endif
