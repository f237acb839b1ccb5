#pragma once
// What this build contains, what this processor runs, and the choice between them.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <tl/core/error.hpp>
#include <tl/kernels/instruction_set.hpp>

namespace TL_NAMESPACE::kernels {

// The compiled library has every set of its architecture; a header-only build the one that the compiler's flags allow,
// the same choice as core/namespace.hpp.
inline constexpr InstructionSet built_instruction_sets[] = {
#ifdef TL_HEADER_ONLY
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
    InstructionSet::avx512
#elif defined(__AVX2__) && defined(__FMA__)
    InstructionSet::avx2
#else
    InstructionSet::generic
#endif
#else
    InstructionSet::generic,
#ifdef __x86_64__
    InstructionSet::avx2, InstructionSet::avx512
#endif
#endif
};

TL_INLINE std::string_view name(InstructionSet set) {
  return set == InstructionSet::avx512 ? "avx512" : set == InstructionSet::avx2 ? "avx2" : "generic";
}

TL_INLINE std::optional<InstructionSet> instruction_set_named(std::string_view wanted) {
  for (const auto set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (name(set) == wanted) return set;
  return std::nullopt;
}

TL_INLINE std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const auto set : built_instruction_sets) {
#ifdef __x86_64__
    __builtin_cpu_init();
    if (set == InstructionSet::avx2 && !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))) continue;
    if (set == InstructionSet::avx512 &&
        !(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")))
      continue;
#endif
    sets.push_back(set);
  }
  return sets;
}

TL_INLINE InstructionSet instruction_set() {
  static const InstructionSet chosen = [] {
    const auto sets = available_instruction_sets();
    if (sets.empty())
      throw Error("this program was compiled for ", name(built_instruction_sets[0]),
                  ", which this processor lacks; compile it for this processor");
    const char* wanted = std::getenv("TL_ARCH");
    if (wanted == nullptr || *wanted == '\0') return sets.back();
    const auto set = instruction_set_named(wanted);
    if (set && std::find(sets.begin(), sets.end(), *set) != sets.end()) return *set;
    std::string there;
    for (const auto one : sets) there += (there.empty() ? "" : ", ") + std::string(name(one));
    throw Error("TL_ARCH=", wanted, set ? " is not available here" : " is no instruction set", "; there is: ", there);
  }();
  return chosen;
}

}  // namespace TL_NAMESPACE::kernels
