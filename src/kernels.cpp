// The kernels as everybody calls them, and the choice of the instruction set.
#include <tl/kernels/dispatch-inl.hpp>

namespace tl::kernels::detail {

const KernelTable& table_generic();
const KernelTable& table_avx2();
const KernelTable& table_avx512();

const KernelTable& built_table(InstructionSet set) {
#ifdef __x86_64__
  if (set == InstructionSet::avx512) return table_avx512();
  if (set == InstructionSet::avx2) return table_avx2();
#endif
  static_cast<void>(set);
  return table_generic();
}

}  // namespace tl::kernels::detail
