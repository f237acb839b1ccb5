#pragma once
// Random numbers in turn, for code that is to draw each of them once and to name none.
#include <cstddef>
#include <tl/core/namespace.hpp>
#include <tl/core/philox.hpp>

namespace TL_NAMESPACE {

// The numbers of one purpose at one position: uniform(key, position, P, 0), then index 1, and so on. Who is given these
// can neither repeat a number nor reach those of another purpose or position: there is no key to take out, no index to
// set and no copy. Two made of the same name give the same numbers, as a repeated run must; so they are made in one
// place, by the loop that decides a position.
template <Purpose P>
class RandomNumbers {
 public:
  constexpr RandomNumbers(RandomKey key, std::size_t position) : key_(key), position_(position) {}
  RandomNumbers(const RandomNumbers&) = delete;
  RandomNumbers& operator=(const RandomNumbers&) = delete;

  // Uniform in [0, 1). Throws Error as random_bits does.
  constexpr double uniform() { return tl::uniform(key_, position_, P, next_++); }

 private:
  RandomKey key_;
  std::size_t position_, next_ = 0;
};

}  // namespace TL_NAMESPACE
