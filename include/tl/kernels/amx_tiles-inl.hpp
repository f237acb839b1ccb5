#pragma once
// The tiles of AMX: eight registers of up to 16 rows of 64 bytes. (Assembler, for GCC 12's intrinsics take the number
// of a tile as a token only, and do not say that they read memory.)
#include <cstddef>
#include <cstdint>
#include <tl/core/namespace.hpp>

namespace TL_NAMESPACE::kernels::simd {

// What ldtilecfg reads: for each tile its rows and the bytes of one.
struct alignas(64) TileShapes {
  std::uint8_t palette = 1, start_row = 0, reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

#if defined(__x86_64__)
struct AmxTiles {
  static void configure(const TileShapes& shapes) { asm volatile("ldtilecfg %0" ::"m"(shapes)); }
  static void release() { asm volatile("tilerelease"); }

  // Rows `stride` bytes apart; a stride of 0 gives every row the same.
  template <int Tile>
  static void load(const void* from, std::size_t stride) {
    asm volatile("{tileloadd (%0,%1,1), %%tmm%c2|tileloadd tmm%c2, [%0+%1*1]}" ::"r"(from), "r"(stride), "i"(Tile)
                 : "memory");
  }
  template <int Tile>
  static void store(void* to, std::size_t stride) {
    asm volatile("{tilestored %%tmm%c2, (%0,%1,1)|tilestored [%0+%1*1], tmm%c2}" ::"r"(to), "r"(stride), "i"(Tile)
                 : "memory");
  }
  // Sum += A B: pairs of bf16 into floats.
  template <int Sum, int A, int B>
  static void dot_bf16() {
    asm volatile("{tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbf16ps tmm%c0, tmm%c1, tmm%c2}" ::"i"(Sum), "i"(A),
                 "i"(B));
  }
  // Sum += A B: fours of bytes, A's signed and B's not, into integers.
  template <int Sum, int A, int B>
  static void dot_bytes() {
    asm volatile("{tdpbsud %%tmm%c2, %%tmm%c1, %%tmm%c0|tdpbsud tmm%c0, tmm%c1, tmm%c2}" ::"i"(Sum), "i"(A), "i"(B));
  }
};
#endif

}  // namespace TL_NAMESPACE::kernels::simd
