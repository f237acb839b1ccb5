#pragma once
// Shapes that come from a file: how many bytes they ask for, without overflow, and how messages print them.
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::io {

// The product of the extents times the size of an element; nothing where that is beyond size_t.
inline std::optional<std::size_t> byte_count(std::span<const std::size_t> shape, std::size_t element_size) {
  std::size_t bytes = element_size;
  for (const std::size_t extent : shape)
    if (__builtin_mul_overflow(bytes, extent, &bytes)) return std::nullopt;
  return bytes;
}

// "[256, 768]"
inline std::string shape_text(std::span<const std::size_t> shape) {
  std::string text = "[";
  for (std::size_t axis = 0; axis != shape.size(); ++axis) {
    if (axis != 0) text += ", ";
    text += std::to_string(shape[axis]);
  }
  return text + "]";
}

}  // namespace TL_NAMESPACE::io
