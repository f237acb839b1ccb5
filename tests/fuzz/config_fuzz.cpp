// Any text is either refused by an Error or is a configuration that survives being written and read again.
#include <cstdint>
#include <cstdlib>
#include <tl/core/error.hpp>
#include <tl/io/config_json.hpp>
#include <tl/model/checkpoint_tensors.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  tl::io::CheckpointConfig first;
  try {
    first = tl::io::parse_config_json({reinterpret_cast<const char*>(data), size}, "fuzz.json");
  } catch (const tl::Error&) {
    return 0;
  }
  // Outside of the try: what was accepted once must be accepted again, and be the same.
  if (tl::io::parse_config_json(tl::io::config_json(first), "again.json") != first) std::abort();
  const auto tensors = tl::checkpoint_tensors(first.config);
  if (tensors.size() < 2 + 4 * first.config.n_layer) std::abort();
  for (const auto& tensor : tensors)
    if (tensor.size() == 0 || tensor.size() > std::size_t{1} << 50) std::abort();
  return 0;
}
