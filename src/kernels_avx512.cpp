// The kernels for avx512; src/meson.build gives this file, and no other, that set's compiler flags.
#include <tl/kernels/kernel_table-inl.hpp>

namespace tl::kernels::detail {

const KernelTable& table_avx512() { return table_of<simd::avx512>; }

}  // namespace tl::kernels::detail
