#include "arrays_file.hpp"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <tl/io/npy.hpp>
#include <tl/io/output_file.hpp>

namespace tl::app {

namespace {
std::string text_of(const nlohmann::ordered_json& json) {
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}
}  // namespace

void write_npy(const std::string& path, const io::NpyView& array, const nlohmann::ordered_json& provenance) {
  io::write_npy(path, array);
  if (!std::filesystem::is_regular_file(path)) return;
  io::OutputFile beside(path + ".json");
  beside.write(text_of(provenance));
  beside.commit();
}

void ArraysFile::add(const std::vector<NamedArray>& arrays, const std::string& prefix) {
  for (const auto& [name, array] : arrays)
    if (names_.insert(prefix + name).second)
      npz_.add(prefix + name, io::NpyView(std::span<const float>(array.values), array.extents));
}

void ArraysFile::finish(const nlohmann::ordered_json& provenance) {
  npz_.add_text("provenance", text_of(provenance));
  npz_.finish();
}

}  // namespace tl::app
