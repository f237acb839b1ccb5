#pragma once
// What the tests of kernels share: the instruction sets of this machine, random numbers, equality of bits, and the
// proof that a second thread took part.
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <tl/kernels/attention.hpp>
#include <tl/kernels/kernel_table.hpp>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/parallel.hpp>
#include <vector>

#include "../catch.hpp"

namespace kernels = tl::kernels;

// A section of the test for every instruction set that this machine has.
#define FOR_EACH_SET(table_name)                                          \
  for (const auto set_under_test : kernels::available_instruction_sets()) \
    if (const auto& table_name = kernels::table(set_under_test); true) DYNAMIC_SECTION(kernels::name(set_under_test))

inline std::vector<float> random_floats(std::size_t n, std::uint32_t seed, float low = -1, float high = 1) {
  std::mt19937 bits(seed);
  std::uniform_real_distribution<float> draw(low, high);
  std::vector<float> x(n);
  for (float& value : x) value = draw(bits);
  return x;
}

inline bool same_bits(const float* a, const float* b, std::size_t n) {
  return n == 0 || std::memcmp(a, b, n * sizeof(float)) == 0;
}
inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && same_bits(a.data(), b.data(), a.size());
}

// Repeats f until a thread other than this one has done part of its work, which on a busy machine may come too late for
// a short one. False where none ever does.
template <class F>
bool helped(const F& f) {
  const auto before = kernels::ThreadTeam::mine().items_helped();
  for (int i = 0; i != 100'000; ++i) {
    f();
    if (kernels::ThreadTeam::mine().items_helped() != before) return true;
  }
  return false;
}
