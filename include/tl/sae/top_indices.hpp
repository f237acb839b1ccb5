#pragma once
// The greatest numbers of a row.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE {

// Finds the k greatest of a row; of equals the lower index. Keeps its scratch: one for each thread.
class TopIndices {
 public:
  // Their indices, ascending: all where k is n or more. NaN is never among them. Valid until the next call.
  const std::vector<std::uint32_t>& operator()(const float* values, std::size_t n, std::size_t k) {
    pool_.clear();
    found_.clear();
    if (k == 0) return found_;
    // Candidates gather until there are many; the k best of them then set the floor for the rest, which most blocks
    // fail as a whole.
    const std::size_t many = 2 * k + 64;
    float floor = -std::numeric_limits<float>::infinity();
    const auto offer = [&](std::size_t i) {
      if (!(values[i] > floor) && !(values[i] == floor && floor < std::numeric_limits<float>::lowest())) return;
      pool_.push_back({values[i], static_cast<std::uint32_t>(i)});
      if (pool_.size() == many) floor = keep(k);
    };
    constexpr std::size_t block = 16;
    std::size_t i = 0;
    for (; i + block <= n; i += block) {
      int any = 0;
      for (std::size_t lane = 0; lane != block; ++lane) any |= int{values[i + lane] >= floor};
      if (any == 0) continue;
      for (std::size_t lane = 0; lane != block; ++lane) offer(i + lane);
    }
    for (; i != n; ++i) offer(i);
    if (pool_.size() > k) keep(k);
    for (const Candidate& candidate : pool_) found_.push_back(candidate.index);
    std::sort(found_.begin(), found_.end());
    return found_;
  }

 private:
  struct Candidate {
    float value;
    std::uint32_t index;
  };
  // Leaves the k best; returns the least of them.
  float keep(std::size_t k) {
    std::nth_element(pool_.begin(), pool_.begin() + static_cast<std::ptrdiff_t>(k - 1), pool_.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return a.value != b.value ? a.value > b.value : a.index < b.index;
                     });
    pool_.resize(k);
    return pool_.back().value;
  }

  std::vector<Candidate> pool_;
  std::vector<std::uint32_t> found_;
};

}  // namespace TL_NAMESPACE
