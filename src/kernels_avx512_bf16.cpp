// The linear layers of narrow storage for avx512_bf16; src/meson.build gives this file, and no other, that set's
// compiler flags.
#include <tl/kernels/kernel_table-inl.hpp>

namespace tl::kernels::detail {

KernelTable table_avx512_bf16(const KernelTable& avx512) { return table_over<simd::avx512_bf16>(avx512); }

}  // namespace tl::kernels::detail
