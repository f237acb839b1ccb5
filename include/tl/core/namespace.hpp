#pragma once
// The namespace of the library. Headers open it as `namespace TL_NAMESPACE::kernels { ... }`.
// A header-only build lives in an inline namespace named after the instruction set its flags allow, so that it can
// share a program with the compiled library, or with a header-only build of other flags, without a clash.

#ifndef TL_HEADER_ONLY
#define TL_NAMESPACE tl
#elif !(defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__))
#if defined(__AVX2__) && defined(__FMA__)
#define TL_INSTRUCTION_SET avx2
#define TL_NAMESPACE tl::inline header_only_avx2
#else
#define TL_INSTRUCTION_SET generic
#define TL_NAMESPACE tl::inline header_only_generic
#endif
#elif !(defined(__AVX512BF16__) && defined(__AVX512VNNI__))
#define TL_INSTRUCTION_SET avx512
#define TL_NAMESPACE tl::inline header_only_avx512
#elif !(defined(__AMX_TILE__) && defined(__AMX_BF16__) && defined(__AMX_INT8__))
#define TL_INSTRUCTION_SET avx512_bf16
#define TL_NAMESPACE tl::inline header_only_avx512_bf16
#else
#define TL_INSTRUCTION_SET amx
#define TL_NAMESPACE tl::inline header_only_amx
#endif

// Definitions that live in an -inl.hpp: inline in a header-only build, emitted once by src/ otherwise.
#ifdef TL_HEADER_ONLY
#define TL_INLINE inline
#else
#define TL_INLINE
#endif
