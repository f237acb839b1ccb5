#pragma once
// The instruction sets that kernels are built for, and the one in use: the best that the processor has, or the one that
// the environment variable TL_ARCH names.
#include <optional>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels {

// avx2 and avx512 are those of x86-64-v3 and v4. avx512_bf16 has AVX512_BF16 and AVX512_VNNI besides, for the linear
// layers of those storage types; amx the tiles of AMX, likewise.
enum class InstructionSet { generic, avx2, avx512, avx512_bf16, amx };

inline constexpr InstructionSet all_instruction_sets[] = {InstructionSet::generic, InstructionSet::avx2,
                                                          InstructionSet::avx512, InstructionSet::avx512_bf16,
                                                          InstructionSet::amx};

// As TL_ARCH writes it.
std::string_view name(InstructionSet set);
std::optional<InstructionSet> instruction_set_named(std::string_view name);
// Those that this processor runs and this build contains, worst first.
std::vector<InstructionSet> available_instruction_sets();
// The one in use, chosen once. Throws Error where TL_ARCH names one that is unknown or absent; TL_ARCH=list is an Error
// that says what there is.
InstructionSet instruction_set();

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/instruction_set-inl.hpp>
#endif
