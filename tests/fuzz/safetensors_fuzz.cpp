// Any bytes are either refused by an Error or give tensors that fill the data exactly, and all of them can be read.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <tl/core/error.hpp>
#include <tl/io/extents.hpp>
#include <tl/io/safetensors.hpp>
#include <tl/io/xxh64.hpp>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  try {
    std::size_t read = 0;
    [[maybe_unused]] volatile std::uint64_t sink = 0;
    for (const auto& [name, tensor] : tl::io::parse_safetensors(bytes, "fuzz.safetensors")) {
      sink = tl::io::xxh64(tensor.bytes);
      read += tensor.bytes.size();
      if (tl::io::byte_count(tensor.shape, tl::io::dtype_size(tensor.dtype)) != tensor.bytes.size()) std::abort();
      std::vector<float> values(tensor.bytes.size() / tl::io::dtype_size(tensor.dtype));
      try {
        tl::io::to_float32(tensor, values.data(), "fuzz.safetensors", name);
      } catch (const tl::Error&) {  // a dtype without conversion
      }
    }
    std::uint64_t header = 0;
    std::memcpy(&header, data, sizeof header);
    if (read != size - sizeof header - header) std::abort();
  } catch (const tl::Error&) {
  }
  return 0;
}
