#pragma once
// The name and shape of a tensor in a checkpoint.
#include <cstddef>
#include <string>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE::io {

struct TensorSpec {
  std::string name;
  std::vector<std::size_t> shape;

  std::size_t size() const {
    std::size_t n = 1;
    for (const std::size_t extent : shape) n *= extent;
    return n;
  }
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

}  // namespace TL_NAMESPACE::io
