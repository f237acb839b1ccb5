#pragma once
// The instruction sets that kernels are built for, and the one in use: the best that the processor has, or the one that
// the environment variable TL_ARCH names (`generic`, `avx2`, `avx512`).
#include <optional>
#include <string_view>
#include <tl/core/namespace.hpp>
#include <vector>

namespace TL_NAMESPACE::kernels {

enum class InstructionSet { generic, avx2, avx512 };

std::string_view name(InstructionSet set);
std::optional<InstructionSet> instruction_set_named(std::string_view name);
// Those that this processor runs and this build contains, worst first.
std::vector<InstructionSet> available_instruction_sets();
// The one in use, chosen once. Throws Error where TL_ARCH names one that is unknown or absent.
InstructionSet instruction_set();

}  // namespace TL_NAMESPACE::kernels

#ifdef TL_HEADER_ONLY
#include <tl/kernels/instruction_set-inl.hpp>
#endif
