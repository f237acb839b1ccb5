#pragma once
// The memory of a model's weights.
#include <cstddef>
#include <memory>
#include <tl/core/aligned_memory.hpp>
#include <utility>
#include <vector>

namespace TL_NAMESPACE {

// Arrays that live as long as the weights: allocated one by one, each aligned to a cache line, or lying in memory that
// is kept for them (a mapped file).
class WeightStorage {
 public:
  template <class T>
  T* take(std::size_t count) {
    const std::size_t bytes = (count * sizeof(T) + cache_line - 1) / cache_line * cache_line;
    pieces_.push_back(allocate<std::byte>(bytes));
    bytes_ += bytes;
    return reinterpret_cast<T*>(pieces_.back().get());
  }
  void keep(std::shared_ptr<const void> memory, std::size_t bytes) {
    kept_.push_back(std::move(memory));
    bytes_ += bytes;
  }
  std::size_t bytes() const { return bytes_; }

 private:
  std::vector<AlignedMemory<std::byte>> pieces_;
  std::vector<std::shared_ptr<const void>> kept_;
  std::size_t bytes_ = 0;
};

}  // namespace TL_NAMESPACE
