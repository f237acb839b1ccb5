#pragma once
// What this build contains, what this processor runs, and the choice between them.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <tl/core/error.hpp>
#include <tl/kernels/instruction_set.hpp>
#ifdef __x86_64__
#include <cpuid.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif
#endif

namespace TL_NAMESPACE::kernels {

// The compiled library has every set of its architecture; a header-only build the one that the compiler's flags allow.
inline constexpr InstructionSet built_instruction_sets[] = {
#ifdef TL_HEADER_ONLY
    InstructionSet::TL_INSTRUCTION_SET
#else
    InstructionSet::generic,
#ifdef __x86_64__
    InstructionSet::avx2, InstructionSet::avx512, InstructionSet::avx512_bf16, InstructionSet::amx
#endif
#endif
};

namespace detail {

// AMX needs the processor, and Linux's leave to use its registers, asked for once a process: arch_prctl's
// ARCH_REQ_XCOMP_PERM for the state component of tile data.
TL_INLINE bool runs_amx() {
#if defined(__x86_64__) && defined(__linux__)
  static const bool runs = [] {
    constexpr long request_permission = 0x1023, tile_data = 18;
    constexpr unsigned bf16 = 1u << 22, tile = 1u << 24, int8 = 1u << 25;
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d & bf16) && (d & tile) && (d & int8) &&
           syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
  }();
  return runs;
#else
  return false;
#endif
}

TL_INLINE bool runs(InstructionSet set) {
#ifdef __x86_64__
  __builtin_cpu_init();
  switch (set) {
    case InstructionSet::generic:
      return true;
    case InstructionSet::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case InstructionSet::avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
    case InstructionSet::avx512_bf16:
      return runs(InstructionSet::avx512) && __builtin_cpu_supports("avx512bf16") &&
             __builtin_cpu_supports("avx512vnni");
    case InstructionSet::amx:
      return runs(InstructionSet::avx512_bf16) && runs_amx();
  }
#endif
  return set == InstructionSet::generic;
}

}  // namespace detail

TL_INLINE std::string_view name(InstructionSet set) {
  constexpr std::string_view names[] = {"generic", "avx2", "avx512", "avx512_bf16", "amx"};
  return names[static_cast<int>(set)];
}

TL_INLINE std::optional<InstructionSet> instruction_set_named(std::string_view wanted) {
  for (const auto set : all_instruction_sets)
    if (name(set) == wanted) return set;
  return std::nullopt;
}

TL_INLINE std::vector<InstructionSet> available_instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const auto set : built_instruction_sets)
    if (detail::runs(set)) sets.push_back(set);
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
    if (wanted == std::string_view("list"))
      throw Error("TL_ARCH=list: there is: ", there, "; without TL_ARCH it is ", name(sets.back()));
    throw Error("TL_ARCH=", wanted, set ? " is not available here" : " is no instruction set", "; there is: ", there);
  }();
  return chosen;
}

}  // namespace TL_NAMESPACE::kernels
