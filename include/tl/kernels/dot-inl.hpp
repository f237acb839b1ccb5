#pragma once
// What one word of x adds to a vector of columns, by storage and instruction set. A word is four bytes of a row of x or
// of a column of W: one float, two bf16, four int8.
#include <cstring>
#include <tl/kernels/linear.hpp>
#include <tl/kernels/simd.hpp>

namespace TL_NAMESPACE::kernels::detail {

template <StorageType S>
inline constexpr std::size_t word = panel_group<S>;

// A word of x is `parts` factors, each broadcast; column<part>() is what meets it of a vector of words of W.
template <class Arch, StorageType S>
struct Dot;

template <class Arch>
struct Dot<Arch, float> {
  using Factor = float;
  using Sum = simd::Vector<Arch>;
  static constexpr std::size_t parts = 1;

  static void factors(const float* x, std::size_t words, Factor* to) {
    for (std::size_t i = 0; i != words; ++i) to[i] = x[i];
  }
  template <std::size_t Part>
  static Sum column(const float* w) {
    return simd::load<Arch>(w);
  }
  static Sum set(Factor factor) { return simd::set<Arch>(factor); }
  static Sum add(Sum factor, Sum column, Sum sum) { return simd::fma(factor, column, sum); }
};

template <class Arch>
requires(Arch::dot_products) struct Dot<Arch, bf16> {
  using Factor = std::int32_t;
  using Sum = simd::Vector<Arch>;
  using Words = simd::Integers<typename Arch::xsimd_arch>;
  static constexpr std::size_t parts = 1;

  static void factors(const bf16* x, std::size_t words, Factor* to) { std::memcpy(to, x, words * sizeof *to); }
  template <std::size_t Part>
  static Words column(const bf16* w) {
    return simd::load_words<Words>(w);
  }
  static Words set(Factor factor) { return Words(factor); }
  static Sum add(Words factor, Words column, Sum sum) { return simd::dot_bf16(factor, column, sum); }
};

template <class Arch>
requires(Arch::dot_products) struct Dot<Arch, int8> {
  using Factor = std::int32_t;
  using Sum = simd::Integers<typename Arch::xsimd_arch>;
  static constexpr std::size_t parts = 1;

  static void factors(const std::int8_t* x, std::size_t words, Factor* to) { std::memcpy(to, x, words * sizeof *to); }
  template <std::size_t Part>
  static Sum column(const int8* w) {
    return simd::load_words<Sum>(w);
  }
  static Sum set(Factor factor) { return Sum(factor); }
  static Sum add(Sum factor, Sum column, Sum sum) { return simd::dot_bytes(column, factor, sum); }
};

// Without instructions for bf16: both halves as floats, the even k of a word before the odd one.
template <class Arch>
struct Dot<Arch, bf16> {
  using Factor = float;
  using Sum = simd::Vector<Arch>;
  static constexpr std::size_t parts = 2;

  static void factors(const bf16* x, std::size_t words, Factor* to) {
    for (std::size_t i = 0; i != 2 * words; ++i) to[i] = std::bit_cast<float>(std::uint32_t{x[i].bits} << 16);
  }
  template <std::size_t Part>
  static Sum column(const bf16* w) {
    using Bits = simd::Integers<typename Arch::xsimd_arch>;
    const Bits both = simd::load_words<Bits>(w);
    // The upper half by two shifts: a mask would be a seventeenth register, and spill others on AVX2 (0.7 of the
    // speed).
    return xsimd::bitwise_cast<Sum>(simd::shift_left<16>(Part == 0 ? both : simd::shift_right<16>(both)));
  }
  static Sum set(Factor factor) { return simd::set<Arch>(factor); }
  static Sum add(Sum factor, Sum column, Sum sum) { return simd::fma(factor, column, sum); }
};

// Without instructions for bytes: pairs of 16 bits, bytes 0 and 2 of a word, then 1 and 3.
template <class Arch>
struct Dot<Arch, int8> {
  using Factor = std::int32_t;
  using Sum = simd::Integers<typename Arch::xsimd_arch>;
  static constexpr std::size_t parts = 2;

  static void factors(const std::int8_t* x, std::size_t words, Factor* to) {
    for (std::size_t i = 0; i != words; ++i, x += 4) {
      to[2 * i] = (x[2] << 16) | (x[0] & 0xffff);
      to[2 * i + 1] = (x[3] << 16) | (x[1] & 0xffff);
    }
  }
  template <std::size_t Part>
  static Sum column(const int8* w) {
    const Sum all = simd::load_words<Sum>(w);
    return (Part == 0 ? all : simd::shift_right<8>(all)) & Sum(0x00ff00ff);
  }
  static Sum set(Factor factor) { return Sum(factor); }
  static Sum add(Sum factor, Sum column, Sum sum) { return simd::fixed(sum + simd::dot_of_halves(factor, column)); }
};

}  // namespace TL_NAMESPACE::kernels::detail
