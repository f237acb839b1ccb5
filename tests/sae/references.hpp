#pragma once
// Small random SAEs of each kind, as SAELens saved them, and what SAELens has of some rows at its hook points
// (scripts/parity.d/saes.py).
#include <string>
#include <string_view>
#include <tl/io/npz.hpp>
#include <tl/sae/sae_folder.hpp>
#include <tl/sae/sae_rows.hpp>
#include <vector>

namespace references {

inline constexpr std::string_view kinds[] = {
    "standard",        "standard_expected_average",  "standard_constant_norm", "standard_layer_norm",
    "standard_b_dec_not_in_input", "standard_hook_z", "gated",                 "gated_layer_norm",
    "jumprelu",        "jumprelu_constant_norm",     "topk",                   "topk_layer_norm",
    "topk_rescaled",   "transcoder",                 "transcoder_layer_norm",  "skip_transcoder"};

inline std::string folder(std::string_view kind) { return TL_SOURCE_DIR "/tests/data/saes/" + std::string(kind); }

inline std::vector<float> values(std::string_view kind, std::string_view array) {
  const tl::io::NpyArray read = tl::io::Npz(folder(kind) + "/reference.npz").read(array);
  const auto numbers = read.values<float>();
  return {numbers.begin(), numbers.end()};
}

struct Rows {
  std::vector<float> numbers;
  std::size_t width;
  std::size_t count() const { return numbers.size() / width; }
  tl::SaeRows view() const { return {numbers.data(), count(), width}; }
};
inline Rows rows(std::string_view kind, std::size_t width = 8) { return {values(kind, "x"), width}; }

}  // namespace references
