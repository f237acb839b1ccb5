// The kernels for avx2; src/meson.build gives this file, and no other, that set's compiler flags.
#include <tl/kernels/kernel_table-inl.hpp>

namespace tl::kernels::detail {

const KernelTable& table_avx2() { return table_of<simd::avx2>; }

}  // namespace tl::kernels::detail
