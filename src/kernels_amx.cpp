// The linear layers of narrow storage for amx; src/meson.build gives this file, and no other, that set's compiler
// flags.
#include <tl/kernels/kernel_table-inl.hpp>

namespace tl::kernels::detail {

KernelTable table_amx(const KernelTable& avx512) { return table_over<simd::amx>(avx512); }

}  // namespace tl::kernels::detail
