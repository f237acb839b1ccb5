// The kernels as everybody calls them, and the choice of the instruction set.
#include <tl/kernels/dense-inl.hpp>
#include <tl/kernels/dispatch-inl.hpp>
#include <tl/kernels/peak_flops-inl.hpp>
#include <tl/kernels/read_logits-inl.hpp>
#include <tl/kernels/thread_team-inl.hpp>

namespace tl::kernels::detail {

const KernelTable& table_generic();
#ifdef __x86_64__
const KernelTable& table_avx2();
const KernelTable& table_avx512();
KernelTable table_avx512_bf16(const KernelTable& avx512);
KernelTable table_amx(const KernelTable& avx512);
#endif

const KernelTable& built_table(InstructionSet set) {
#ifdef __x86_64__
  if (set == InstructionSet::amx) {
    static const KernelTable over_avx512 = table_amx(table_avx512());
    return over_avx512;
  }
  if (set == InstructionSet::avx512_bf16) {
    static const KernelTable over_avx512 = table_avx512_bf16(table_avx512());
    return over_avx512;
  }
  if (set == InstructionSet::avx512) return table_avx512();
  if (set == InstructionSet::avx2) return table_avx2();
#endif
  static_cast<void>(set);
  return table_generic();
}

}  // namespace tl::kernels::detail
