#pragma once
// Files of arrays that say what made them.
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <tl/hooks/captured.hpp>
#include <tl/io/npz.hpp>
#include <vector>

namespace tl::app {

// The array as .npy, and the provenance as PATH.json beside it (not where PATH is a pipe or a device).
void write_npy(const std::string& path, const io::NpyView& array, const nlohmann::ordered_json& provenance);

// Arrays under their names as .npz, with a member `provenance`, a text of JSON. The file appears at finish().
class ArraysFile {
 public:
  explicit ArraysFile(const std::string& path) : npz_(path) {}

  void add(const std::string& name, const io::NpyView& array) { npz_.add(name, array); }
  // What two hook names both cover is written once.
  void add(const std::vector<NamedArray>& arrays, const std::string& prefix = "");
  void finish(const nlohmann::ordered_json& provenance);

 private:
  io::NpzWriter npz_;
  std::set<std::string> names_;
};

}  // namespace tl::app
