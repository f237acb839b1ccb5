#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <string_view>
#include <tl/core/error.hpp>
#include <tl/io/extents.hpp>
#include <tl/core/float16.hpp>
#include <tl/io/json-inl.hpp>
#include <tl/io/quote.hpp>
#include <tl/io/safetensors_writer.hpp>
#include <utility>

namespace TL_NAMESPACE::io {

TL_INLINE SafetensorsWriter::SafetensorsWriter(std::string path, std::vector<TensorSpec> tensors, Dtype dtype)
    : out_(std::move(path)), tensors_(std::move(tensors)), dtype_(dtype) {
  if (dtype != Dtype::f32 && dtype != Dtype::f16 && dtype != Dtype::bf16)
    throw Error("cannot write '", out_.path(), "' as ", dtype_name(dtype), ": choose F32, F16 or BF16");
  // Keys in the order of the data, as other writers have them.
  nlohmann::ordered_json header;
  header["__metadata__"]["format"] = "pt";
  std::set<std::string_view> names{"__metadata__"};
  std::size_t end = 0;
  for (const TensorSpec& tensor : tensors_) {
    if (!names.insert(tensor.name).second)
      throw Error("cannot write '", out_.path(), "': the name ", quote(tensor.name), " is taken");
    const std::size_t begin = std::exchange(end, end + tensor.size() * dtype_size(dtype));
    header[tensor.name] = {{"dtype", dtype_name(dtype)}, {"shape", tensor.shape}, {"data_offsets", {begin, end}}};
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data begins at a multiple of 8
  const std::uint64_t size = text.size();
  out_.write(std::as_bytes(std::span(&size, 1)));
  out_.write(text);
}

TL_INLINE void SafetensorsWriter::write(std::span<const float> values) {
  if (next_ == tensors_.size()) throw Error("'", out_.path(), "' is complete: all ", next_, " tensors are written");
  const TensorSpec& tensor = tensors_[next_++];
  if (values.size() != tensor.size())
    throw Error("cannot write '", out_.path(), "': ", values.size(), " values for tensor ", quote(tensor.name),
                " of shape ", shape_text(tensor.shape));
  if (dtype_ == Dtype::f32) return out_.write(std::as_bytes(values));
  const bool bf16 = dtype_ == Dtype::bf16;
  std::array<std::uint16_t, 4096> block{};
  while (!values.empty()) {
    const auto part = values.first(std::min(values.size(), block.size()));
    bool overflow = false;
    for (std::size_t i = 0; i != part.size(); ++i) {
      block[i] = bf16 ? bf16_from_float(part[i]) : f16_from_float(part[i]);
      const std::uint32_t infinity = bf16 ? 0x7f80u : 0x7c00u;
      overflow |= (block[i] & 0x7fffu) == infinity && std::isfinite(part[i]);
    }
    if (overflow)
      throw Error("cannot write '", out_.path(), "' as ", dtype_name(dtype_), ": tensor ", quote(tensor.name),
                  " has values beyond its range, F32 holds them");
    out_.write(std::as_bytes(std::span(block).first(part.size())));
    values = values.subspan(part.size());
  }
}

TL_INLINE void SafetensorsWriter::finish() {
  if (next_ != tensors_.size())
    throw Error("cannot write '", out_.path(), "': tensor ", quote(tensors_[next_].name), " was not given");
  out_.commit();
}

}  // namespace TL_NAMESPACE::io
